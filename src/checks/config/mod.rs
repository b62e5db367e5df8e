//! Rules about `contract-guard.toml`. The gate reads the file and says what is wrong; here stand only
//! their codes and explanations, so that `explain` knows them.

pub(crate) mod config_invalid;
pub(crate) mod unknown_config_key;
