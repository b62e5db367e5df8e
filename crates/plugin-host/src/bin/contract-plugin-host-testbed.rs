//! For the tests of this crate: a launcher, and a plugin that behaves as its argument says when it is loaded or
//! started, and otherwise as the function that is called.

use std::io::Read;
use std::process::ExitCode;

use serde_json::Value;

fn main() -> ExitCode {
    if let Some(code) = contract_exec::launcher() {
        return code;
    }
    let manner = std::env::args().nth(1).unwrap_or_default();
    let mut text = String::new();
    let _ = std::io::stdin().read_to_string(&mut text);
    let call: Value = serde_json::from_str(&text).unwrap_or_default();
    let function = call.get("function").and_then(Value::as_str).unwrap_or_default();
    let deed = match (function, manner.split_once('-')) {
        ("load" | "start", Some((when, deed))) if when == function => deed,
        ("load" | "start", _) => "echo",
        (function, _) => function,
    };
    act(deed, &call)
}

fn act(deed: &str, call: &Value) -> ExitCode {
    match deed {
        "echo" => println!("{}", call.get("arguments").unwrap_or(&Value::Null)),
        "panic" => {
            eprintln!("ValueError: the image has no pixels");
            return ExitCode::from(1);
        }
        "missing" => {
            eprintln!("libtorch.so.2 is not installed");
            return ExitCode::from(69);
        }
        "model" => {
            eprintln!("models/ocr.onnx is not there");
            return ExitCode::from(66);
        }
        "input" => {
            eprintln!("`page` must be at least 1");
            return ExitCode::from(65);
        }
        "loop" => loop {
            std::hint::spin_loop();
        },
        "memory" => {
            let mut all: Vec<Vec<u8>> = Vec::new();
            loop {
                all.push(std::hint::black_box(vec![1; 8 << 20]));
            }
        }
        "abort" => std::process::abort(),
        "overflow" => drop(deep(0)),
        "silent" => {}
        "text" => print!("no JSON"),
        "flood" => {
            let block = "x".repeat(1 << 20);
            for _ in 0..1024 {
                print!("{block}");
            }
        }
        _ => {
            eprintln!("there is no function `{deed}`");
            return ExitCode::from(64);
        }
    }
    ExitCode::SUCCESS
}

fn deep(depth: u64) -> u64 {
    let filler = std::hint::black_box([depth; 64]);
    if depth == u64::MAX { 0 } else { deep(depth + 1) + filler.iter().sum::<u64>() }
}
