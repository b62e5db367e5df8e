//! What operators read of a run: what happened, and what to do.

use std::time::Duration;

use contract_embed::{Fault, Missing};
use contract_exec::{Bound, Cause, Failure, Lack, Outcome};
use serde_json::{Value, json};

#[test]
fn outcomes_say_what_happened() {
    let exit = |message: &str| Failure::Exit { code: 3, message: message.to_owned() };
    let message = || "why".to_owned();
    let lack = Lack { missing: Missing::Device, what: "there is no camera".to_owned() };
    for (outcome, said) in [
        (Outcome::Ok(json!(1)), "it ended well"),
        (Outcome::Failed(exit("")), "it ended with code 3 and said nothing on standard error"),
        (Outcome::Failed(exit("why")), "it ended with code 3: why"),
        (
            Outcome::Failed(Failure::BadInput { message: message() }),
            "it would not take its input: why",
        ),
        (Outcome::Failed(Failure::NoAnswer { message: message() }), "it gave no answer: why"),
        (Outcome::Failed(Failure::Trap { message: message() }), "the module trapped: why"),
        (Outcome::Unavailable(lack), "there is no camera"),
        (
            Outcome::TimedOut(Bound::Wall(Duration::from_secs(2))),
            "it had not ended after 2s; give it more time or less to do",
        ),
        (
            Outcome::TimedOut(Bound::Fuel(7)),
            "it had used up 7 units of fuel; give it more or less to do",
        ),
        (
            Outcome::Killed(Cause::Memory(9)),
            "it wanted more than 9 bytes of memory; allow more or ask for less",
        ),
        (
            Outcome::Killed(Cause::Cpu(Duration::from_secs(2))),
            "it used more than 2s of a processor; allow more or ask for less",
        ),
        (
            Outcome::Killed(Cause::Output(9)),
            "it gave more than 9 bytes of output and was ended; ask for less",
        ),
        (
            Outcome::Killed(Cause::FileSize(9)),
            "it wrote a file of more than 9 bytes and was ended; allow more",
        ),
    ] {
        assert_eq!(outcome.to_string(), said);
        assert_eq!(outcome.value(), matches!(outcome, Outcome::Ok(_)).then_some(&json!(1)));
    }
    for (number, name) in [
        (4, " (illegal instruction)"),
        (6, " (abort)"),
        (8, " (arithmetic)"),
        (9, " (kill: perhaps the system was out of memory)"),
        (11, " (segmentation fault)"),
        (15, " (terminate)"),
        (10, ""),
    ] {
        let said = format!("signal {number}{name} ended it; its own log may say why");
        assert_eq!(Outcome::Killed(Cause::Signal(number)).to_string(), said);
    }
}

#[test]
fn every_bad_end_has_a_word() {
    let failed = |failure| Outcome::Failed(failure).fault();
    let message = String::new;
    assert_eq!(Outcome::Ok(Value::Null).fault(), None);
    assert_eq!(failed(Failure::BadInput { message: message() }), Some(Fault::BadInput));
    assert_eq!(failed(Failure::Trap { message: message() }), Some(Fault::Exception));
    for (cause, fault) in [
        (Cause::Output(1), Fault::Exception),
        (Cause::Cpu(Duration::ZERO), Fault::Timeout),
        (Cause::Memory(1), Fault::OutOfMemory),
        (Cause::FileSize(1), Fault::Signal),
        (Cause::Signal(1), Fault::Signal),
    ] {
        assert_eq!(Outcome::Killed(cause).fault(), Some(fault));
        assert_eq!(Outcome::Killed(cause).missing(), None);
    }
}
