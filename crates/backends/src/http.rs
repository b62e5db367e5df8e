//! The one HTTP client of the databases in clouds: it sends to the endpoint that the configuration names, follows no
//! redirect, and takes an answer of any status as an answer. HTTPS needs the feature `tls`.

use std::time::Duration;

use ureq::Agent;
use ureq::http::{Request, Response};

/// The longest call, in seconds.
const LONGEST: Duration = Duration::from_secs(30);

/// The largest answer, in bytes: a page of 200 large values.
const LARGEST: u64 = 256 * 1024 * 1024;

pub(crate) fn agent() -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_global(Some(LONGEST))
        // What the environment says of proxies selects nothing here.
        .proxy(None)
        .user_agent("contract-backends")
        .build();
    Agent::new_with_config(config)
}

/// Sends and waits; for threads that may wait.
pub(crate) fn send(agent: &Agent, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, String> {
    let response = agent.run(request).map_err(|error| error.to_string())?;
    let (parts, mut body) = response.into_parts();
    let bytes = body.with_config().limit(LARGEST).read_to_vec();
    Ok(Response::from_parts(parts, bytes.map_err(|error| error.to_string())?))
}
