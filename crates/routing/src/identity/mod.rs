//! Who a request is from, decided on the server: the server binding before the claims of a verified token before what
//! the request says of itself. One function does it for every entrance, and where two disagree it refuses and audits.
//!
//! Roles and what they may do are the business of the policy.

mod audit;
mod directory;
mod refused;
mod scope;
mod token;

use std::time::SystemTime;

use contract_embed::Mode;

pub use audit::{AuditFailed, AuditSink};
pub use directory::{Directory, Members, Unavailable};
pub use refused::{Mismatch, Origin, Part, Refused};
pub use scope::Identity;
pub use token::{Claims, Key, KeyRefused, Keys, TokenRefused};

/// What tells the time. Tests bring their own.
pub trait Clock {
    /// Now.
    fn now(&self) -> SystemTime;
}

/// The clock of the system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}

/// Where a request comes in, as `source` of `storage/event_spine_record`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Entrance {
    /// A user interface.
    Ui,
    /// An agent that acts for a user.
    Agent,
    /// A connector to another system.
    Connector,
    /// A tool.
    Tool,
}

impl Entrance {
    /// All of them.
    pub const ALL: &'static [Entrance] =
        &[Entrance::Ui, Entrance::Agent, Entrance::Connector, Entrance::Tool];

    /// As contracts write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Entrance::Ui => "ui",
            Entrance::Agent => "agent",
            Entrance::Connector => "connector",
            Entrance::Tool => "tool",
        }
    }
}

/// What the server itself knows of a connection: from the certificate of the client and the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The tenant.
    pub tenant_id: String,
    /// The mode in which the tenant is served.
    pub mode: Mode,
    /// The surface, where the certificate is that of one surface.
    pub surface_id: Option<String>,
}

/// What a request says of itself, in headers and query. It may agree, and it may choose among what is allowed.
///
/// Every value counts: of two headers with one name both must agree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asserted {
    said: Vec<(Part, String)>,
}

impl Asserted {
    /// Nothing is said.
    pub fn new() -> Asserted {
        Asserted::default()
    }

    /// Adds what a header or a parameter says.
    #[must_use]
    pub fn with(mut self, part: Part, value: &str) -> Asserted {
        self.said.push((part, value.to_owned()));
        self
    }

    fn of(&self, part: Part) -> impl Iterator<Item = &str> {
        self.said.iter().filter(move |(of, _)| *of == part).map(|(_, value)| value.as_str())
    }
}

/// A request as far as it says who it is from.
#[derive(Debug, Clone, Copy)]
pub struct Request<'r> {
    /// Where it came in. It changes nothing about the answer.
    pub entrance: Entrance,
    /// What the server knows.
    pub binding: &'r Binding,
    /// The bearer token, without the word `Bearer`.
    pub token: Option<&'r str>,
    /// What it says of itself.
    pub asserted: &'r Asserted,
}

/// Decides who requests are from.
#[derive(Debug)]
pub struct Resolver<D, A, C = SystemClock> {
    keys: Keys,
    directory: D,
    audit: A,
    clock: C,
}

impl<D: Directory, A: AuditSink, C: Clock> Resolver<D, A, C> {
    /// With the keys of tokens, who belongs where, where refusals are recorded, and a clock.
    pub fn new(keys: Keys, directory: D, audit: A, clock: C) -> Resolver<D, A, C> {
        Resolver { keys, directory, audit, clock }
    }

    /// Who a request is from.
    ///
    /// # Errors
    /// [`Refused`]. A mismatch is on record when this returns; where it cannot be recorded the request is refused
    /// all the same, and [`Refused::Unaudited`] says so.
    pub fn resolve(&self, request: &Request<'_>) -> Result<Identity, Refused> {
        let now = self.clock.now();
        let decided = self.decide(request, now);
        if let Err(Refused::Mismatch(mismatch)) = &decided {
            let payload = audit::payload(mismatch, now).map_err(|why| unaudited(*mismatch, why))?;
            self.audit.record(&payload).map_err(|AuditFailed(why)| unaudited(*mismatch, why))?;
        }
        decided
    }

    fn decide(&self, request: &Request<'_>, now: SystemTime) -> Result<Identity, Refused> {
        let token = request.token.ok_or(Refused::Unauthenticated(TokenRefused::Missing))?;
        let claims = self.keys.verify(token, now).map_err(Refused::Unauthenticated)?;
        let Request { binding, asserted, .. } = request;
        let bound = Some(binding.tenant_id.as_str());
        let tenant_id = agreed(Part::Tenant, bound, claims.tenant_id.as_deref(), asserted)?;
        let mode = Some(binding.mode.as_str());
        agreed(Part::Mode, mode, claims.mode.as_deref(), asserted)?;
        // A header alone names nobody: the user is the one of the token.
        let user_id = agreed(Part::User, None, Some(claims.sub.as_str()), asserted)?;
        let surface = (binding.surface_id.as_deref(), claims.surface_id.as_deref());
        let surface_id = agreed(Part::Surface, surface.0, surface.1, asserted)?;
        let project_id = agreed(Part::Project, None, claims.project_id.as_deref(), asserted)?;
        let identity = Identity {
            tenant_id: tenant_id.ok_or(Refused::Unknown(Part::Tenant))?,
            mode: binding.mode,
            user_id: user_id.ok_or(Refused::Unknown(Part::User))?,
            surface_id: surface_id.ok_or(Refused::Unknown(Part::Surface))?,
            project_id,
        };
        identity.check()?;
        self.belongs(&identity)?;
        Ok(identity)
    }

    /// Surface and project are looked up for the tenant and mode that the server knows.
    fn belongs(&self, identity: &Identity) -> Result<(), Refused> {
        let not_theirs = |part| {
            Refused::Mismatch(Mismatch {
                part,
                stronger: Origin::Directory,
                weaker: Origin::Request,
            })
        };
        let down = |Unavailable(why)| Refused::Directory(why);
        if !self.directory.has_surface(identity).map_err(down)? {
            return Err(not_theirs(Part::Surface));
        }
        if let Some(project) = &identity.project_id
            && !self.directory.has_project(identity, project).map_err(down)?
        {
            return Err(not_theirs(Part::Project));
        }
        Ok(())
    }
}

fn unaudited(mismatch: Mismatch, why: String) -> Refused {
    Refused::Unaudited { mismatch, why }
}

/// The value of a part: of the strongest that has one, when all the others that have one say the same.
fn agreed(
    part: Part,
    binding: Option<&str>,
    token: Option<&str>,
    asserted: &Asserted,
) -> Result<Option<String>, Refused> {
    let known = [(Origin::Binding, binding), (Origin::Token, token)];
    let known = known.into_iter().filter_map(|(origin, value)| Some((origin, value?)));
    let said = asserted.of(part).map(|value| (Origin::Request, value));
    let mut all = known.chain(said);
    let Some((stronger, value)) = all.next() else { return Ok(None) };
    match all.find(|(_, other)| *other != value) {
        None => Ok(Some(value.to_owned())),
        Some((weaker, _)) => Err(Refused::Mismatch(Mismatch { part, stronger, weaker })),
    }
}
