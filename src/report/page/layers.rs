//! A layered drawing of a small graph: who refers stands left of whom it refers to. After Sugiyama, Tagawa and
//! Toda (1981): circles are opened, nodes get layers, lines over several layers get bends, the order in each
//! layer follows the neighbours, and so do the heights.

use std::collections::BTreeSet;

/// A box to be placed.
#[derive(Debug, Clone)]
pub(super) struct Size {
    pub width: usize,
    pub height: usize,
}

/// Where everything is, in pixels.
#[derive(Debug, Default)]
pub(super) struct Drawing {
    pub width: usize,
    pub height: usize,
    /// Upper left corners of the boxes.
    pub corners: Vec<(usize, usize)>,
    /// The points of each line, from whom refers to whom it refers to.
    pub lines: Vec<Vec<(usize, usize)>>,
}

const GAP_X: i64 = 60;
const GAP_Y: i64 = 18;
const MARGIN: i64 = 12;
/// Times that the order and the heights are made better.
const SWEEPS: usize = 12;

/// A box, or a bend of a line.
struct Cell {
    layer: usize,
    width: i64,
    height: i64,
    /// The middle.
    y: i64,
    left: Vec<usize>,
    right: Vec<usize>,
}

/// Draws boxes and the links between them. A link from a box to itself has no line.
pub(super) fn draw(sizes: &[Size], links: &[(usize, usize)]) -> Drawing {
    let opened = open_circles(sizes.len(), links);
    let layer = layers(sizes.len(), &opened);
    let pixels = |n: usize| i64::try_from(n).unwrap_or(0);
    let mut cells: Vec<Cell> = sizes
        .iter()
        .zip(&layer)
        .map(|(size, layer)| cell(*layer, pixels(size.width), pixels(size.height)))
        .collect();
    let ways: Vec<Vec<usize>> =
        opened.iter().map(|(from, to)| bend(&mut cells, *from, *to)).collect();
    let mut columns: Vec<Vec<usize>> = Vec::new();
    for (number, cell) in cells.iter().enumerate() {
        while columns.len() <= cell.layer {
            columns.push(Vec::new());
        }
        if let Some(column) = columns.get_mut(cell.layer) {
            column.push(number);
        }
    }
    for sweep in 0..SWEEPS {
        order(&cells, &mut columns, sweep % 2 == 0);
    }
    heights(&mut cells, &columns);
    close_gaps(&mut cells);
    place(&cells, &columns, sizes.len(), &ways, links, &opened)
}

fn cell(layer: usize, width: i64, height: i64) -> Cell {
    Cell { layer, width, height, y: 0, left: Vec::new(), right: Vec::new() }
}

/// The links, turned so that they form no circle: those that lead back on a walk from the first box on.
fn open_circles(count: usize, links: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (from, to) in links {
        if let Some(next) = next.get_mut(*from).filter(|_| from != to) {
            next.push(*to);
        }
    }
    // Numbers in the order in which boxes are left: a link to one that is left later leads back.
    let mut left: Vec<Option<usize>> = vec![None; count];
    let mut is_seen = vec![false; count];
    let mut number = 0;
    for start in 0..count {
        let mut stack = vec![(start, 0)];
        if std::mem::replace(is_seen.get_mut(start).unwrap_or(&mut true), true) {
            continue;
        }
        while let Some((node, at)) = stack.last_mut() {
            let following = next.get(*node).and_then(|next| next.get(*at)).copied();
            *at += 1;
            match following {
                Some(next) => {
                    let seen = is_seen.get_mut(next).map(|seen| std::mem::replace(seen, true));
                    if seen == Some(false) {
                        stack.push((next, 0));
                    }
                }
                None => {
                    if let Some(slot) = left.get_mut(*node) {
                        *slot = Some(number);
                    }
                    number += 1;
                    stack.pop();
                }
            }
        }
    }
    let rank = |node: usize| left.get(node).copied().flatten();
    links.iter().map(|(a, b)| if rank(*a) < rank(*b) { (*b, *a) } else { (*a, *b) }).collect()
}

/// The longest way that leads to each box; to whom nobody leads stands right before the nearest that it leads
/// to, so that lines stay short.
fn layers(count: usize, links: &[(usize, usize)]) -> Vec<usize> {
    let mut layer = vec![0_usize; count];
    // Without circles no way is longer than there are boxes.
    for _ in 0..count {
        let mut has_moved = false;
        for (from, to) in links.iter().filter(|(from, to)| from != to) {
            let least = layer.get(*from).copied().unwrap_or(0) + 1;
            if let Some(slot) = layer.get_mut(*to).filter(|slot| **slot < least) {
                *slot = least;
                has_moved = true;
            }
        }
        if !has_moved {
            break;
        }
    }
    let led_to: BTreeSet<usize> = links.iter().filter(|(a, b)| a != b).map(|(_, to)| *to).collect();
    for node in (0..count).filter(|node| !led_to.contains(node)) {
        let next = links.iter().filter(|(from, to)| *from == node && *to != node);
        let nearest = next.filter_map(|(_, to)| layer.get(*to).copied()).min();
        if let (Some(nearest), Some(slot)) = (nearest, layer.get_mut(node)) {
            *slot = nearest.saturating_sub(1);
        }
    }
    layer
}

/// Adds a cell for each layer between two boxes, and gives all cells on the way.
fn bend(cells: &mut Vec<Cell>, from: usize, to: usize) -> Vec<usize> {
    let layer = |cells: &[Cell], cell: usize| cells.get(cell).map_or(0, |cell| cell.layer);
    let mut way = vec![from];
    if from != to {
        for between in layer(cells, from) + 1..layer(cells, to) {
            way.push(cells.len());
            cells.push(cell(between, 0, 8));
        }
    }
    way.push(to);
    for pair in way.windows(2) {
        let [a, b] = pair else { continue };
        if let Some(cell) = cells.get_mut(*a).filter(|_| a != b) {
            cell.right.push(*b);
        }
        if let Some(cell) = cells.get_mut(*b).filter(|_| a != b) {
            cell.left.push(*a);
        }
    }
    way
}

/// Sorts each layer by the middle of the neighbours in the layer before, or after.
fn order(cells: &[Cell], columns: &mut [Vec<usize>], forward: bool) {
    let mut rank: Vec<usize> = vec![0; cells.len()];
    for column in columns.iter() {
        for (at, cell) in column.iter().enumerate() {
            if let Some(slot) = rank.get_mut(*cell) {
                *slot = at;
            }
        }
    }
    let numbers: Vec<usize> =
        if forward { (0..columns.len()).collect() } else { (0..columns.len()).rev().collect() };
    for number in numbers {
        let Some(column) = columns.get_mut(number) else { continue };
        let middle = |cell: &usize| {
            let own = cells.get(*cell);
            let near = own.map(|own| if forward { &own.left } else { &own.right });
            let ranks = near.into_iter().flatten().filter_map(|cell| rank.get(*cell));
            let (sum, count) = ranks.fold((0, 0), |(sum, count), rank| (sum + rank, count + 1));
            // In thousandths, so that no float decides an order.
            let own = rank.get(*cell).map_or(0, |rank| rank * 1000);
            (sum * 1000_usize).checked_div(count).unwrap_or(own)
        };
        column.sort_by_cached_key(middle);
        for (at, cell) in column.iter().enumerate() {
            if let Some(slot) = rank.get_mut(*cell) {
                *slot = at;
            }
        }
    }
}

/// Moves cells towards their neighbours, as far as those above and below leave room.
fn heights(cells: &mut [Cell], columns: &[Vec<usize>]) {
    for column in columns {
        let tall: i64 = column.iter().filter_map(|c| cells.get(*c)).map(|c| c.height + GAP_Y).sum();
        let wishes = vec![-tall / 2; column.len()];
        stack(cells, column, &wishes);
    }
    for sweep in 0..SWEEPS {
        let forward = sweep % 2 == 0;
        let wish = |cells: &[Cell], cell: &usize| {
            let own = cells.get(*cell)?;
            let near = if forward { &own.left } else { &own.right };
            let sum: i64 = near.iter().filter_map(|cell| cells.get(*cell)).map(|cell| cell.y).sum();
            let mean = sum.checked_div(i64::try_from(near.len()).ok()?);
            Some(mean.unwrap_or(own.y))
        };
        for step in 0..columns.len() {
            let number = if forward { step } else { columns.len() - 1 - step };
            let Some(column) = columns.get(number) else { continue };
            let wishes: Vec<i64> =
                column.iter().map(|cell| wish(cells, cell).unwrap_or(0)).collect();
            stack(cells, column, &wishes);
        }
    }
}

/// Takes out bands in which no layer has anything.
fn close_gaps(cells: &mut [Cell]) {
    let mut order: Vec<usize> = (0..cells.len()).collect();
    order.sort_by_key(|cell| cells.get(*cell).map(|cell| cell.y - cell.height / 2));
    let (mut shift, mut bottom) = (0, None);
    for number in order {
        let Some(cell) = cells.get_mut(number) else { continue };
        let top = cell.y - cell.height / 2 - shift;
        let free = bottom.map_or(0, |bottom| top - bottom - 2 * GAP_Y);
        shift += free.max(0);
        cell.y -= shift;
        let end = cell.y + cell.height / 2;
        bottom = Some(bottom.map_or(end, |bottom: i64| bottom.max(end)));
    }
}

/// Places the cells of a layer below each other, each as near to its wish as its neighbours allow: isotonic
/// regression by pooling adjacent violators (Ayer and others, 1955).
fn stack(cells: &mut [Cell], column: &[usize], wishes: &[i64]) {
    // Where each cell would be if all of them touched; what is left over of a wish may only grow.
    let mut touching = Vec::new();
    let mut end = 0;
    for cell in column.iter().filter_map(|cell| cells.get(*cell)) {
        touching.push(end + cell.height / 2);
        end += cell.height + GAP_Y;
    }
    let mut pools: Vec<(i64, i64)> = Vec::new();
    for (wish, touching) in wishes.iter().zip(&touching) {
        let mut pool = (wish - touching, 1);
        while let Some((sum, count)) = pools.last().copied()
            && sum * pool.1 > pool.0 * count
        {
            pool = (pool.0 + sum, pool.1 + count);
            pools.pop();
        }
        pools.push(pool);
    }
    let means = pools.iter().flat_map(|(sum, count)| {
        let members = usize::try_from(*count).unwrap_or(0);
        std::iter::repeat_n(sum.checked_div(*count).unwrap_or(0), members)
    });
    for ((cell, touching), mean) in column.iter().zip(&touching).zip(means) {
        if let Some(cell) = cells.get_mut(*cell) {
            cell.y = touching + mean;
        }
    }
}

fn place(
    cells: &[Cell],
    columns: &[Vec<usize>],
    boxes: usize,
    ways: &[Vec<usize>],
    links: &[(usize, usize)],
    opened: &[(usize, usize)],
) -> Drawing {
    let top = cells.iter().map(|cell| cell.y - cell.height / 2).min().unwrap_or(0);
    let bottom = cells.iter().map(|cell| cell.y + cell.height / 2).max().unwrap_or(0);
    let pixels = |n: i64| usize::try_from(n).unwrap_or(0);
    let mut x = MARGIN;
    let mut left_of: Vec<(i64, i64)> = Vec::new();
    for column in columns {
        let width = column.iter().filter_map(|c| cells.get(*c)).map(|c| c.width).max().unwrap_or(0);
        left_of.push((x, width));
        x += width + GAP_X;
    }
    let column_of = |cell: &Cell| left_of.get(cell.layer).copied().unwrap_or_default();
    let y_of = |cell: &Cell| cell.y - top + MARGIN;
    let corner = |cell: &Cell| {
        let (left, _) = column_of(cell);
        (pixels(left), pixels(y_of(cell) - cell.height / 2))
    };
    let points = |way: &Vec<usize>| -> Vec<(usize, usize)> {
        let mut points = Vec::new();
        for (at, cell) in way.iter().filter_map(|cell| cells.get(*cell)).enumerate() {
            let ((left, width), y) = (column_of(cell), pixels(y_of(cell)));
            let is_bend = at > 0 && at + 1 < way.len();
            if is_bend {
                points.extend([(pixels(left), y), (pixels(left + width), y)]);
            } else if at == 0 {
                // Level to the edge of the column: a wider box above or below is in nobody's way.
                points.extend([(pixels(left + cell.width), y), (pixels(left + width), y)]);
            } else {
                points.push((pixels(left), y));
            }
        }
        points
    };
    let lines = ways.iter().zip(links.iter().zip(opened)).map(|(way, (link, opened))| {
        let mut line = points(way);
        // A link that was turned is drawn the way it was meant.
        if link != opened {
            line.reverse();
        }
        line
    });
    Drawing {
        width: pixels(x - GAP_X + MARGIN),
        height: pixels(bottom - top + 2 * MARGIN),
        corners: cells.iter().take(boxes).map(corner).collect(),
        lines: lines.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxes(count: usize) -> Vec<Size> {
        vec![Size { width: 100, height: 40 }; count]
    }

    fn no_overlap(sizes: &[Size], drawing: &Drawing) {
        for (i, (x, y)) in drawing.corners.iter().enumerate() {
            assert!(x + sizes[i].width <= drawing.width && y + sizes[i].height <= drawing.height);
            for (j, (other_x, other_y)) in drawing.corners.iter().enumerate().skip(i + 1) {
                let beside = x + sizes[i].width <= *other_x || other_x + sizes[j].width <= *x;
                let below = y + sizes[i].height <= *other_y || other_y + sizes[j].height <= *y;
                assert!(beside || below, "{i} and {j} overlap: {:?}", drawing.corners);
            }
        }
    }

    #[test]
    fn who_refers_stands_left() {
        let drawing = draw(&boxes(3), &[(0, 1), (1, 2), (0, 2)]);
        let x: Vec<usize> = drawing.corners.iter().map(|(x, _)| *x).collect();
        assert!(x[0] < x[1] && x[1] < x[2]);
        assert!(drawing.lines[2].len() > 2, "a line over a layer bends around its boxes");
        no_overlap(&boxes(3), &drawing);
    }

    #[test]
    fn circles_are_drawn_and_lines_keep_their_direction() {
        let drawing = draw(&boxes(2), &[(0, 1), (1, 0), (1, 1)]);
        let (there, back) = (&drawing.lines[0], &drawing.lines[1]);
        let ends = |line: &[(usize, usize)]| (line[0].0, line[line.len() - 1].0);
        assert!(ends(there).0 < ends(there).1 && ends(back).0 > ends(back).1);
        no_overlap(&boxes(2), &drawing);
    }

    #[test]
    fn many_boxes_do_not_overlap() {
        let links: Vec<(usize, usize)> =
            (0..40).flat_map(|i| [(i, (i * 7 + 3) % 40), (i, (i * 3 + 1) % 40)]).collect();
        no_overlap(&boxes(40), &draw(&boxes(40), &links));
        no_overlap(&boxes(9), &draw(&boxes(9), &[]));
        assert_eq!(draw(&[], &[]).corners.len(), 0);
    }
}
