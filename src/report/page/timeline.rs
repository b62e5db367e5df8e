//! Freezes over time, as a picture: a stair that rises with every version, higher for a greater step.

use serde::Serialize;

use super::FrozenFacts;

/// A picture in pixels.
#[derive(Serialize)]
pub(super) struct Timeline {
    width: usize,
    height: usize,
    /// The line through all points.
    line: String,
    points: Vec<Point>,
    /// Freezes that are too old for the picture.
    left_out: usize,
}

#[derive(Serialize)]
struct Point {
    x: usize,
    y: usize,
    radius: usize,
    version: String,
    day: String,
    bump: String,
    label_y: usize,
}

/// Pixels between two freezes: a version and a day must have room.
const STEP: usize = 104;
/// Freezes of one picture.
const MOST: usize = 40;
/// Pixels of the stair.
const RISE: usize = 120;
const MARGIN: usize = 56;

/// The picture of some freezes; none for none.
pub(super) fn of(freezes: &[FrozenFacts]) -> Option<Timeline> {
    let left_out = freezes.len().saturating_sub(MOST);
    let shown = freezes.get(left_out..).filter(|shown| !shown.is_empty())?;
    let rises: Vec<usize> = shown.iter().map(|freeze| rise(&freeze.bump)).collect();
    let total: usize = rises.iter().skip(1).sum::<usize>().max(1);
    let mut climbed = 0;
    let mut points = Vec::new();
    for (i, (freeze, rise)) in shown.iter().zip(&rises).enumerate() {
        climbed += if i == 0 { 0 } else { *rise };
        let y = MARGIN + RISE - RISE * climbed / total;
        points.push(Point {
            x: MARGIN + i * STEP,
            y,
            radius: 4 + *rise,
            version: clipped(&freeze.version),
            day: freeze.created_at.iter().flat_map(|at| at.chars()).take(10).collect(),
            bump: freeze.bump.clone(),
            label_y: y.saturating_sub(16),
        });
    }
    let steps: Vec<String> =
        points.iter().map(|point| format!("{},{}", point.x, point.y)).collect();
    Some(Timeline {
        width: MARGIN * 2 + STEP * (points.len() - 1),
        height: RISE + MARGIN * 2 + 8,
        line: steps.join(" "),
        points,
        left_out,
    })
}

fn rise(bump: &str) -> usize {
    match bump {
        "major" | "initial" => 4,
        "minor" => 2,
        _ => 1,
    }
}

fn clipped(version: &str) -> String {
    const ROOM: usize = 14;
    if version.chars().count() <= ROOM {
        return version.to_owned();
    }
    version.chars().take(ROOM - 1).chain(['…']).collect()
}
