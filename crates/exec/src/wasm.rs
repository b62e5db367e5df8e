//! WebAssembly modules in this process. They have nothing but their own memory; fuel bounds their time, and a clock
//! is looked at between two portions of it.

use std::fmt;
use std::time::Instant;

use contract_embed::Missing;
use serde_json::Value;
use wasmi::{
    Config, Engine, Error, Linker, Module, ResourceLimiter, Store, TypedFunc, TypedResumableCall,
    WasmParams, WasmResults,
};
use wasmi_core::LimiterError;

use crate::limits::Limits;
use crate::outcome::{Bound, Cause, Failure, Lack, Outcome, Report};

/// Fuel between two looks at the clock: some hundredths of a second.
const PORTION: u64 = 5_000_000;
/// Bytes that an element of a table takes here.
const ELEMENT: u64 = 16;

/// A module that is run in this process.
#[derive(Clone)]
pub struct Wasm {
    module: Module,
    function: String,
    /// How much it may use.
    pub limits: Limits,
}

impl fmt::Debug for Wasm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Wasm({}, {:?})", self.function, self.limits)
    }
}

/// Counts memory, and keeps in mind that more was wanted.
struct Meter {
    used: u64,
    most: u64,
    was_short: bool,
}

impl Meter {
    fn grow(&mut self, bytes: u64) -> bool {
        let used = self.used.saturating_add(bytes);
        self.was_short |= used > self.most;
        if used <= self.most {
            self.used = used;
        }
        used <= self.most
    }
}

impl ResourceLimiter for Meter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _: Option<usize>,
    ) -> Result<bool, LimiterError> {
        Ok(self.grow(desired.saturating_sub(current) as u64))
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _: Option<usize>,
    ) -> Result<bool, LimiterError> {
        Ok(self.grow((desired.saturating_sub(current) as u64).saturating_mul(ELEMENT)))
    }

    fn instances(&self) -> usize {
        1
    }

    fn tables(&self) -> usize {
        16
    }

    fn memories(&self) -> usize {
        1
    }
}

impl Wasm {
    /// A module from its bytes, and the function of it that is called.
    ///
    /// # Errors
    /// When it is no module, wants something from outside, or does not export what it must.
    pub fn new(bytes: &[u8], function: &str) -> Result<Wasm, Lack> {
        let mut config = Config::default();
        config.consume_fuel(true).allow_start_fn(false);
        let engine = Engine::new(&config);
        let lack = |what| Lack { missing: Missing::Dependency, what };
        let module = Module::new(&engine, bytes).map_err(|error| {
            lack(format!("it is no WebAssembly module that runs here: {error}"))
        })?;
        if let Some(import) = module.imports().next() {
            let (from, name) = (import.module(), import.name());
            let what = format!("the module imports `{from}.{name}`, and modules get nothing here");
            return Err(lack(what));
        }
        for name in ["memory", "alloc", function] {
            if module.get_export(name).is_none() {
                return Err(lack(format!(
                    "the module does not export `{name}`; build it with that"
                )));
            }
        }
        Ok(Wasm { module, function: function.to_owned(), limits: Limits::default() })
    }

    /// Runs it. Comes back when it has ended, or its fuel or its time is over.
    pub fn run(&self, input: &Value) -> Report {
        let start = Instant::now();
        let meter = Meter { used: 0, most: self.limits.memory, was_short: false };
        let mut store = Store::new(self.module.engine(), meter);
        store.limiter(|meter| meter);
        let mut run = Run { store, limits: &self.limits, start, fuel: self.limits.fuel };
        let outcome = self.call(&mut run, &input.to_string());
        let outcome = outcome.unwrap_or_else(|end| end);
        let output_bytes = outcome.value().map_or(0, |value| value.to_string().len() as u64);
        let (took, stderr) = (start.elapsed(), String::new());
        Report { outcome, took, output_bytes, stderr, confinement: None }
    }

    fn call(&self, run: &mut Run<'_>, input: &str) -> Result<Outcome, Outcome> {
        let (linker, store) = (Linker::new(self.module.engine()), &mut run.store);
        let instance = linker.instantiate_and_start(&mut *store, &self.module);
        let instance = instance.map_err(|error| ended(&error, run))?;
        let wrong = |name: &str, error: &Error| {
            let what = format!("the export `{name}` is not what it must be: {error}");
            Outcome::lacks(Missing::Dependency, what)
        };
        let memory = instance.get_memory(&run.store, "memory").ok_or_else(|| {
            let what = "the export `memory` is no memory; build the module with one";
            Outcome::lacks(Missing::Dependency, what)
        })?;
        let alloc = instance.get_typed_func::<u32, u32>(&run.store, "alloc");
        let alloc = alloc.map_err(|error| wrong("alloc", &error))?;
        let function = instance.get_typed_func::<(u32, u32), u64>(&run.store, &self.function);
        let function = function.map_err(|error| wrong(&self.function, &error))?;
        let length = u32::try_from(input.len()).map_err(|_| {
            let message = "it has more than 4294967295 bytes".to_owned();
            Outcome::Failed(Failure::BadInput { message })
        })?;
        let place = run.call(&alloc, length)?;
        let outside = |what: &str| {
            let message = format!("{what} lies outside of its memory");
            Outcome::Failed(Failure::NoAnswer { message })
        };
        memory
            .write(&mut run.store, place as usize, input.as_bytes())
            .map_err(|_| outside("the room for the input"))?;
        let answer = run.call(&function, (place, length))?;
        let (place, length) = ((answer >> 32) as usize, (answer & 0xffff_ffff) as usize);
        if length > self.limits.output {
            return Err(Outcome::Killed(Cause::Output(self.limits.output as u64)));
        }
        let bytes = memory.data(&run.store).get(place..place.saturating_add(length));
        let bytes = bytes.ok_or_else(|| outside("its answer"))?;
        serde_json::from_slice(bytes).map(Outcome::Ok).map_err(|error| {
            let message = format!("its answer has to be one JSON value and is none: {error}");
            Outcome::Failed(Failure::NoAnswer { message })
        })
    }
}

/// One run of a module.
struct Run<'l> {
    store: Store<Meter>,
    limits: &'l Limits,
    start: Instant,
    /// What is left.
    fuel: u64,
}

impl Run<'_> {
    fn call<P: WasmParams, R: WasmResults>(
        &mut self,
        function: &TypedFunc<P, R>,
        parameters: P,
    ) -> Result<R, Outcome> {
        self.refuel(0)?;
        let mut state = function.call_resumable(&mut self.store, parameters);
        loop {
            match state {
                Ok(TypedResumableCall::Finished(results)) => return Ok(results),
                Ok(TypedResumableCall::OutOfFuel(call)) => {
                    self.refuel(call.required_fuel())?;
                    state = call.resume(&mut self.store);
                }
                Ok(TypedResumableCall::HostTrap(_)) => {
                    let message = "it called the host, which offers nothing".to_owned();
                    return Err(Outcome::Failed(Failure::Trap { message }));
                }
                Err(error) => return Err(ended(&error, self)),
            }
        }
    }

    /// The next portion, when there is time and fuel for it.
    fn refuel(&mut self, required: u64) -> Result<(), Outcome> {
        if self.start.elapsed() >= self.limits.wall {
            return Err(Outcome::TimedOut(Bound::Wall(self.limits.wall)));
        }
        let rest = self.store.get_fuel().unwrap_or(0);
        let portion = PORTION.max(required).min(self.fuel);
        if rest.saturating_add(portion) < required.max(1) {
            return Err(Outcome::TimedOut(Bound::Fuel(self.limits.fuel)));
        }
        self.fuel -= portion;
        self.store.set_fuel(rest.saturating_add(portion)).map_err(|error| {
            let message = error.to_string();
            Outcome::Failed(Failure::Trap { message })
        })
    }
}

/// What an error of the interpreter means.
fn ended(error: &Error, run: &Run<'_>) -> Outcome {
    if run.store.data().was_short {
        return Outcome::Killed(Cause::Memory(run.limits.memory));
    }
    Outcome::Failed(Failure::Trap { message: error.to_string() })
}
