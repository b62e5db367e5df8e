//! Sites that must not be.

use super::super::super::fields::Fields;
use super::super::super::glob::Glob;
use super::super::super::sites::{Places, Site, any_fits, around, is_called};
use super::super::super::{Rule, World};
use super::named::Named;
use super::{Shape, Source, at};
use crate::finding::Finding;
use crate::program::{Argument, Call, Expression, Pattern, Program, Programs, UNKNOWN};

/// What is named, and where it may not stand.
struct Forbid {
    named: Named,
    filter: Where,
}

#[derive(Default)]
struct Where {
    mentions: Vec<String>,
    arguments: Vec<Glob>,
    first_argument: Vec<Glob>,
    not_arguments: Vec<Glob>,
    not_named: Vec<Glob>,
    unless_calls: Vec<Glob>,
    inside: Vec<Places>,
    not_inside: Vec<Places>,
}

pub(super) fn read(fields: &mut Fields<'_>) -> Option<Box<dyn Shape>> {
    let named = fields.object("forbid", Named::read)?;
    let filter = fields.object("where", |f| Where {
        mentions: f.texts("mentions").iter().map(|t| t.to_lowercase()).collect(),
        arguments: f.globs("arguments", Glob::name),
        first_argument: f.globs("first-argument", Glob::name),
        not_arguments: f.globs("not-arguments", Glob::name),
        not_named: f.globs("not-named", Glob::name),
        unless_calls: f.globs("unless-calls", Glob::name),
        inside: f.objects_if("inside", Places::read),
        not_inside: f.objects_if("not-inside", Places::read),
    });
    Some(Box::new(Forbid { named, filter: filter.unwrap_or_default() }))
}

impl Shape for Forbid {
    fn patterns(&self) -> Vec<&Pattern> {
        self.named.patterns().collect()
    }

    fn findings(&self, source: &Source, rule: &Rule, world: &World<'_>) -> Vec<Finding> {
        let programs = world.programs();
        let mut findings = Vec::new();
        for program in source.programs(rule, world) {
            let sites = self.named.sites(programs, program, world);
            let sites: Vec<Site<'_>> = sites
                .into_iter()
                .filter(|site| self.filter.fits(programs, program, site))
                .collect();
            if sites.is_empty() || !self.filter.is_mentioned(program, world) {
                continue;
            }
            for site in sites {
                let names = around(program, site.place);
                findings.push(at(rule, program, site.span, site.says, [&site.what, &names]));
            }
        }
        findings
    }
}

impl Where {
    fn is_mentioned(&self, program: &Program, world: &World<'_>) -> bool {
        if self.mentions.is_empty() {
            return true;
        }
        let Some(mut bytes) = world.now.read(&program.path).map(|b| b.to_vec()) else {
            return false;
        };
        for span in &program.prose {
            if let Some(part) = bytes.get_mut(span.range()) {
                part.fill(b' ');
            }
        }
        let code = String::from_utf8_lossy(&bytes).to_lowercase();
        self.mentions.iter().any(|word| code.contains(word.as_str()))
    }

    fn fits(&self, programs: &Programs, program: &Program, site: &Site<'_>) -> bool {
        let holds = |places: &Places| places.holds(programs, program, site.place);
        if !self.inside.iter().all(holds) || self.not_inside.iter().any(holds) {
            return false;
        }
        if site.what.split('|').all(|name| any_fits(&self.not_named, name)) {
            return false;
        }
        let has = |call: &Call| has_argument(programs, program, call, &self.not_arguments, false);
        if !self.not_arguments.is_empty() && site.call.is_some_and(has) {
            return false;
        }
        let is_told = |call: &Call| {
            program.is_within(call.place, site.place)
                && is_called(programs, program, call, &self.unless_calls)
        };
        if !self.unless_calls.is_empty() && program.calls.iter().any(is_told) {
            return false;
        }
        let given = |globs: &[Glob], first: bool| {
            globs.is_empty()
                || site.call.is_some_and(|call| has_argument(programs, program, call, globs, first))
        };
        given(&self.arguments, false) && given(&self.first_argument, true)
    }
}

/// Whether an argument of a call, or a part of one, fits.
fn has_argument(
    programs: &Programs,
    program: &Program,
    call: &Call,
    globs: &[Glob],
    first: bool,
) -> bool {
    let fits = |e: &Expression| {
        let by_name = matches!(e, Expression::Name(name) if any_fits(globs, name));
        by_name
            || programs
                .values(program, call.place, e)
                .iter()
                .any(|value| any_fits(globs, &value.replace(UNKNOWN, "…")))
    };
    let within = |argument: &Argument| {
        let mut stack = vec![&argument.value];
        while let Some(e) = stack.pop() {
            if fits(e) {
                return true;
            }
            match e {
                Expression::List(all) | Expression::Concat(all) | Expression::Either(all) => {
                    stack.extend(all)
                }
                Expression::Call(called) => stack.extend(called.arguments.iter().map(|(_, e)| e)),
                _ => {}
            }
        }
        false
    };
    let count = if first { 1 } else { usize::MAX };
    call.arguments.iter().take(count).any(within)
}
