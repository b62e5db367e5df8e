//! What a state should be: its default, its version, the steps from earlier versions, and what else must hold.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// The key that says of which version a file is.
pub(crate) const SCHEMA_VERSION: &str = "schema_version";

/// Takes a state from one version to the next. What it says no to is treated as corrupted.
pub type Migration = fn(&mut Map<String, Value>) -> Result<(), String>;

type Check = Box<dyn Fn(&Value) -> Result<(), String> + Send + Sync>;

/// What a state should be. `T` has no `schema_version` of its own: the file has.
pub struct Shape<T> {
    default: T,
    migrations: Vec<Migration>,
    check: Option<Check>,
}

impl<T: Serialize + DeserializeOwned + Clone> Shape<T> {
    /// A state of version 1 with this default.
    pub fn new(default: T) -> Self {
        Shape { default, migrations: Vec::new(), check: None }
    }

    /// Raises the version by one: `step` makes what the version before was into what this one is. A file without
    /// `schema_version` is of version 1.
    #[must_use]
    pub fn then(mut self, step: Migration) -> Self {
        self.migrations.push(step);
        self
    }

    /// What must hold beside the type, over the whole file: a schema of the contracts, say.
    #[must_use]
    pub fn check(
        mut self,
        check: impl Fn(&Value) -> Result<(), String> + Send + Sync + 'static,
    ) -> Self {
        self.check = Some(Box::new(check));
        self
    }

    /// The version that is written.
    pub fn version(&self) -> u64 {
        self.migrations.len() as u64 + 1
    }

    pub(crate) fn default(&self) -> T {
        self.default.clone()
    }

    /// The whole file for a state.
    pub(crate) fn to_file(&self, state: &T) -> Result<Value, String> {
        let mut file = Map::new();
        file.insert(SCHEMA_VERSION.to_owned(), self.version().into());
        match serde_json::to_value(state) {
            Ok(Value::Object(fields)) => file.extend(fields),
            Ok(_) => return Err("a state is written as an object".to_owned()),
            Err(error) => return Err(error.to_string()),
        }
        let file = Value::Object(file);
        self.checked(&file)?;
        Ok(file)
    }

    fn checked(&self, file: &Value) -> Result<(), String> {
        self.check.as_ref().map_or(Ok(()), |check| check(file))
    }

    /// Makes a file of any version up to ours into a state.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn understand(&self, mut file: Map<String, Value>) -> Result<Understood<T>, String> {
        let found = match file.get(SCHEMA_VERSION) {
            None => 1,
            Some(version) => {
                let version = version.as_u64().filter(|version| *version > 0);
                version.ok_or("`schema_version` is no whole number above 0")?
            }
        };
        let known = self.version();
        let steps = usize::try_from(found - 1).unwrap_or(usize::MAX);
        for (number, step) in self.migrations.iter().enumerate().skip(steps) {
            let (from, to) = (number + 1, number + 2);
            step(&mut file).map_err(|why| {
                format!("it cannot be taken from schema_version {from} to {to}: {why}")
            })?;
        }
        file.insert(SCHEMA_VERSION.to_owned(), found.max(known).into());
        let defaults = serde_json::to_value(&self.default).map_err(|error| error.to_string())?;
        let mut filled = Vec::new();
        if let Value::Object(defaults) = defaults {
            fill(&mut file, defaults, "", &mut filled);
        }
        let whole = Value::Object(file);
        if found <= known {
            self.checked(&whole)?;
        }
        let state = T::deserialize(&without_version(whole)).map_err(|error| error.to_string())?;
        Ok(Understood { state, found, filled })
    }
}

/// A file that was understood.
pub(crate) struct Understood<T> {
    pub(crate) state: T,
    /// The version that the file had.
    pub(crate) found: u64,
    /// The keys that have their defaults.
    pub(crate) filled: Vec<String>,
}

fn without_version(file: Value) -> Value {
    match file {
        Value::Object(mut fields) => {
            fields.shift_remove(SCHEMA_VERSION);
            Value::Object(fields)
        }
        other => other,
    }
}

/// Adds the defaults of missing keys, in objects within objects as well.
fn fill(
    into: &mut Map<String, Value>,
    defaults: Map<String, Value>,
    at: &str,
    filled: &mut Vec<String>,
) {
    for (key, default) in defaults {
        let place = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
        match (into.get_mut(&key), default) {
            (Some(Value::Object(there)), Value::Object(defaults)) => {
                fill(there, defaults, &place, filled);
            }
            (Some(_), _) => {}
            (None, default) => {
                into.insert(key, default);
                filled.push(place);
            }
        }
    }
}
