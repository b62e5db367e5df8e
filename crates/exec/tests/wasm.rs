//! Modules that do what no module should: each run ends in an outcome, and in time.

use std::time::Duration;

use contract_embed::{Fault, Missing};
use contract_exec::{Bound, Cause, Failure, Outcome, Task, Wasm};
use serde_json::{Value, json};

/// A module whose function does this, with `$place` and `$length`; it has to leave an i64.
fn module(body: &str) -> Vec<u8> {
    let text = format!(
        r#"(module
            (memory (export "memory") 1)
            (func (export "alloc") (param $length i32) (result i32) i32.const 1024)
            (func $call (export "call") (param $place i32) (param $length i32) (result i64) {body})
            (data (i32.const 0) "{{\22fine\22: true}}no JSON"))"#
    );
    wat::parse_str(text).unwrap()
}

fn wasm(body: &str) -> Wasm {
    let mut wasm = Wasm::new(&module(body), "call").unwrap();
    wasm.limits.fuel = 100_000_000;
    wasm
}

fn run(wasm: Wasm, input: &Value) -> Outcome {
    Task::from(wasm).run(input).outcome
}

fn outcome(body: &str) -> Outcome {
    run(wasm(body), &Value::Null)
}

const ECHO: &str = "(i64.or (i64.shl (i64.extend_i32_u (local.get $place)) (i64.const 32))
    (i64.extend_i32_u (local.get $length)))";

#[test]
fn what_ends_well_gives_its_value() {
    let input = json!({"text": "ä".repeat(5000)});
    assert_eq!(run(wasm(ECHO), &input), Outcome::Ok(input));
    assert_eq!(outcome("i64.const 14"), Outcome::Ok(json!({"fine": true})));
}

#[test]
fn a_run_leaves_nothing_to_the_next() {
    let wasm = wasm(
        "(i32.store8 (i32.const 2000) (i32.add (i32.load8_u (i32.const 2000)) (i32.const 1)))
        (if (i32.gt_u (i32.load8_u (i32.const 2000)) (i32.const 1)) (then unreachable))
        i64.const 14",
    );
    for _ in 0..3 {
        assert_eq!(run(wasm.clone(), &Value::Null), Outcome::Ok(json!({"fine": true})));
    }
}

#[test]
fn an_endless_loop_is_timed_out() {
    let body = "(loop $again (br $again)) unreachable";
    assert_eq!(outcome(body), Outcome::TimedOut(Bound::Fuel(100_000_000)));
    assert_eq!(outcome(body).fault(), Some(Fault::Timeout));
    let mut wasm = wasm(body);
    (wasm.limits.fuel, wasm.limits.wall) = (u64::MAX, Duration::from_millis(100));
    let limit = Bound::Wall(Duration::from_millis(100));
    assert_eq!(run(wasm, &Value::Null), Outcome::TimedOut(limit));
}

#[test]
fn memory_without_end_is_stopped() {
    let body = "(loop $again
        (if (i32.eq (memory.grow (i32.const 16)) (i32.const -1)) (then unreachable))
        (br $again)) unreachable";
    assert_eq!(outcome(body), Outcome::Killed(Cause::Memory(512 << 20)));
    assert_eq!(outcome(body).fault(), Some(Fault::OutOfMemory));
    // One that can do with less does.
    let body = "(drop (memory.grow (i32.const 65000))) i64.const 14";
    assert_eq!(outcome(body), Outcome::Ok(json!({"fine": true})));
    let mut wasm = wasm(ECHO);
    wasm.limits.memory = 1000;
    assert_eq!(run(wasm, &Value::Null), Outcome::Killed(Cause::Memory(1000)));
}

#[test]
fn an_exception_is_an_outcome() {
    for body in [
        "unreachable",
        "(drop (i32.load (i32.const -4))) i64.const 0",
        "(i64.div_u (i64.const 1) (i64.const 0))",
        "(call $call (local.get $place) (local.get $length)) (drop) (i64.const 14)",
    ] {
        let outcome = outcome(body);
        assert!(matches!(outcome, Outcome::Failed(Failure::Trap { .. })), "{body}: {outcome:?}");
        assert_eq!(outcome.fault(), Some(Fault::Exception));
    }
}

#[test]
fn what_is_no_json_is_no_answer() {
    // Nothing, no JSON, and places outside of the memory.
    for answer in [0_u64, (14 << 32) | 7, (65535 << 32) | 2, (0xffff_ffff << 32) | 1024] {
        let outcome = outcome(&format!("i64.const {}", answer.cast_signed()));
        assert!(
            matches!(outcome, Outcome::Failed(Failure::NoAnswer { .. })),
            "{answer}: {outcome:?}"
        );
    }
    let huge = outcome("i64.const 0xffffffff");
    assert_eq!(huge, Outcome::Killed(Cause::Output(4 << 20)));
}

#[test]
fn what_is_missing_is_said() {
    let missing = |bytes: &[u8], function: &str| Wasm::new(bytes, function).unwrap_err();
    assert_eq!(missing(b"no module", "call").missing, Missing::Dependency);
    assert!(missing(&module(ECHO), "other").what.contains("`other`"));
    let import = wat::parse_str(r#"(module (import "env" "now" (func)))"#).unwrap();
    assert!(missing(&import, "call").what.contains("`env.now`"));
    // Exports that are there and are not what they must be.
    let text = r#"(module (memory (export "memory") 1) (global (export "alloc") i32 (i32.const 0))
        (func (export "call")))"#;
    let wasm = Wasm::new(&wat::parse_str(text).unwrap(), "call").unwrap();
    assert_eq!(run(wasm, &Value::Null).missing(), Some(Missing::Dependency));
}

/// Exactly as much as is allowed is allowed.
#[test]
fn limits_are_what_is_allowed() {
    let mut exact = wasm("i64.const 14");
    exact.limits.output = 14;
    assert_eq!(run(exact.clone(), &Value::Null), Outcome::Ok(json!({"fine": true})));
    exact.limits.output = 13;
    assert_eq!(run(exact, &Value::Null), Outcome::Killed(Cause::Output(13)));
    // A page has 65536 bytes; the module has one and asks for one.
    let grows = "(if (i32.eq (memory.grow (i32.const 1)) (i32.const -1)) (then unreachable))
        i64.const 14";
    let mut exact = wasm(grows);
    exact.limits.memory = 2 << 16;
    assert_eq!(run(exact.clone(), &Value::Null), Outcome::Ok(json!({"fine": true})));
    exact.limits.memory -= 1;
    assert_eq!(run(exact, &Value::Null), Outcome::Killed(Cause::Memory((2 << 16) - 1)));
    // Fuel is handed out in portions, and all of it is there.
    let counts = "(local $n i32) (loop $again
        (local.set $n (i32.add (local.get $n) (i32.const 1)))
        (br_if $again (i32.lt_u (local.get $n) (i32.const 5000000)))) i64.const 14";
    assert_eq!(outcome(counts), Outcome::Ok(json!({"fine": true})));
}

#[test]
fn tables_are_counted_as_memory() {
    let text = r#"(module (memory (export "memory") 1) (table $one 1 funcref) (table 1 funcref)
        (func (export "alloc") (param i32) (result i32) i32.const 1024)
        (func (export "call") (param i32 i32) (result i64)
            (if (i32.eq (table.grow $one (ref.null func) (i32.const 100000)) (i32.const -1))
                (then unreachable))
            i64.const 14)
        (data (i32.const 0) "{\22fine\22: true}"))"#;
    let mut wasm = Wasm::new(&wat::parse_str(text).unwrap(), "call").unwrap();
    assert_eq!(run(wasm.clone(), &Value::Null), Outcome::Ok(json!({"fine": true})));
    wasm.limits.memory = 1 << 20;
    assert_eq!(run(wasm.clone(), &Value::Null), Outcome::Killed(Cause::Memory(1 << 20)));
    wasm.limits.wall = Duration::from_secs(7);
    assert!(format!("{wasm:?}").starts_with("Wasm(call, Limits {"));
    assert_eq!(Task::from(wasm).wall(), Duration::from_secs(7));
}

#[test]
fn a_module_does_nothing_before_it_is_called() {
    let text = r#"(module (memory (export "memory") 1) (func $start (loop $again (br $again))) (start $start))"#;
    let refused = Wasm::new(&wat::parse_str(text).unwrap(), "call").unwrap_err();
    assert!(refused.what.contains("start functions"), "{refused:?}");
}

/// All that it may have is not more than it may have.
#[test]
fn a_trap_with_all_memory_taken_is_a_trap() {
    let body = "(drop (memory.grow (i32.const 1))) unreachable";
    let mut wasm = wasm(body);
    wasm.limits.memory = 2 * 65_536;
    let outcome = run(wasm, &Value::Null);
    assert!(matches!(outcome, Outcome::Failed(Failure::Trap { .. })), "{outcome:?}");
}
