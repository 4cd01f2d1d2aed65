//! Settles the connected components of a stage's pairs one after another.

use super::Params;
use super::prepare::Prepared;
use super::stage::{Chosen, Edge};
use crate::assign::{Arc, Component, Components, Margin, MarginBounds};
use crate::evidence::Source;

/// Beyond this many points a margin need not be told apart.
const ENOUGH: i64 = 2_000;
/// Components up to this many rows and columns get exact margins.
const EXACT_SIDE: usize = 64;
/// In larger components searches stop here: all tiers are told apart below this margin.
const ENOUGH_IN_CROWDS: i64 = 300;
/// Nodes settled per margin in larger components. A search that stops here yields a lower bound, which can only make a
/// tier more careful.
const NODES_IN_CROWDS: usize = 200;
/// The closest-text search weighs letters, not points: a pair whose distance is strictly the best has this margin.
const CLOSEST_MARGIN: i64 = 100;

/// The settling of one stage.
#[derive(Debug)]
pub struct Settling {
    /// Ranges of the sorted pairs.
    ranges: Vec<(usize, usize)>,
    next: usize,
    current: Option<Current>,
    done: usize,
    chosen: Vec<Chosen>,
}

/// The component being settled.
#[derive(Debug)]
struct Current {
    first_edge: usize,
    edges: usize,
    rows: Vec<u32>,
    columns: Vec<u32>,
    row_class: Vec<u32>,
    column_class: Vec<u32>,
    component: Component,
    /// The value of the best solution, once it is found.
    total: Option<i64>,
    next_row: u32,
}

impl Settling {
    /// Sorts the pairs by component.
    pub fn new(prepared: &Prepared, edges: &mut Vec<Edge>) -> Self {
        let lines = prepared.lines.len() as u32;
        let mut components = Components::new(prepared.lines.len() + prepared.entries.len());
        for edge in edges.iter() {
            components.join(edge.line, lines + edge.entry);
        }
        let mut keyed: Vec<(u32, Edge)> = edges.drain(..).map(|edge| (components.find(edge.line), edge)).collect();
        keyed.sort_unstable_by_key(|(root, edge)| (*root, edge.line, edge.entry));
        let mut ranges = Vec::new();
        let mut start = 0;
        for at in 1..=keyed.len() {
            if at == keyed.len() || keyed[at].0 != keyed[start].0 {
                ranges.push((start, at));
                start = at;
            }
        }
        edges.extend(keyed.into_iter().map(|(_, edge)| edge));
        Self { ranges, next: 0, current: None, done: 0, chosen: Vec::new() }
    }

    pub fn is_done(&self) -> bool {
        self.current.is_none() && self.next == self.ranges.len()
    }

    pub fn done_edges(&self) -> u64 {
        self.done as u64
    }

    pub fn found(&self) -> u64 {
        self.chosen.len() as u64
    }

    pub fn into_chosen(self) -> Vec<Chosen> {
        self.chosen
    }

    /// Works for about `budget` pairs.
    pub fn advance(&mut self, prepared: &Prepared, edges: &[Edge], params: &Params, budget: u64) -> u64 {
        let mut spent = 0;
        while spent < budget && !self.is_done() {
            let Some(current) = &mut self.current else {
                let (start, end) = self.ranges[self.next];
                self.next += 1;
                spent += (end - start) as u64;
                self.begin(prepared, edges, start, end);
                continue;
            };
            if !current.component.is_done() {
                spent += current.component.advance(budget - spent);
            } else if (current.next_row as usize) < current.rows.len() {
                spent += current.take_row(edges, params, &mut self.chosen);
            } else {
                self.done += current.edges;
                self.current = None;
            }
        }
        spent
    }

    fn begin(&mut self, prepared: &Prepared, edges: &[Edge], start: usize, end: usize) {
        let slice = &edges[start..end];
        let mut rows: Vec<u32> = slice.iter().map(|edge| edge.line).collect();
        rows.dedup();
        let mut columns: Vec<u32> = slice.iter().map(|edge| edge.entry).collect();
        columns.sort_unstable();
        columns.dedup();
        let row_class: Vec<u32> = rows.iter().map(|row| prepared.line_class[*row as usize]).collect();
        let column_class: Vec<u32> = columns.iter().map(|column| prepared.entry_class[*column as usize]).collect();
        let alike = |class: &[u32]| class.iter().all(|one| *one == class[0]);
        if slice.len() == rows.len() * columns.len() && alike(&row_class) && alike(&column_class) {
            // Everything is interchangeable: in order, and there is no other solution to compare with.
            let edge = |row: usize| &slice[row * columns.len() + row];
            self.chosen.extend((0..rows.len().min(columns.len())).map(|row| only_choice(edge(row))));
            self.done += slice.len();
            return;
        }
        let arcs = arcs(prepared, slice, &rows, &columns);
        let component = Component::new(rows.len(), columns.len(), arcs);
        self.current = Some(Current {
            first_edge: start,
            edges: end - start,
            rows,
            columns,
            row_class,
            column_class,
            component,
            total: None,
            next_row: 0,
        });
    }
}

fn only_choice(edge: &Edge) -> Chosen {
    let margin = points(edge.source, edge.value);
    Chosen {
        line: edge.line,
        entry: edge.entry,
        source: edge.source,
        margin,
        margin_exact: true,
        alternatives: Vec::new(),
    }
}

/// A loss in the values of the assignment as points.
fn points(source: Source, loss: i64) -> i64 {
    match source {
        Source::Fallback(_) => loss.clamp(0, 1) * CLOSEST_MARGIN,
        _ => loss.min(ENOUGH),
    }
}

/// The pairs of a component in local numbers. Rules and scores break ties by date before amount, the closest-text
/// search by amount before date. Amount differences are ranked, so that any size of amount fits.
fn arcs(prepared: &Prepared, slice: &[Edge], rows: &[u32], columns: &[u32]) -> Vec<Arc> {
    let apart = |edge: &Edge| {
        let (line, entry) = (&prepared.lines[edge.line as usize].amount, &prepared.entries[edge.entry as usize].amount);
        (line - entry).abs()
    };
    let differences: Vec<_> = slice.iter().map(apart).collect();
    let mut ranked: Vec<_> = differences.iter().collect();
    ranked.sort_unstable();
    ranked.dedup();
    let mut row = 0;
    let mut arcs = Vec::with_capacity(slice.len());
    for (edge, difference) in slice.iter().zip(&differences) {
        while rows[row] != edge.line {
            row += 1;
        }
        let rank = ranked.binary_search(&difference).map_or(u32::MAX, |rank| rank as u32);
        let ties = if matches!(edge.source, Source::Fallback(_)) { [rank, edge.apart] } else { [edge.apart, rank] };
        let column = columns.binary_search(&edge.entry).map_or(0, |column| column as u32);
        arcs.push(Arc { row: row as u32, column, value: edge.value, ties });
    }
    arcs
}

impl Current {
    /// Records the pair of the next row, with its margin and alternatives.
    fn take_row(&mut self, edges: &[Edge], params: &Params, chosen: &mut Vec<Chosen>) -> u64 {
        let row = self.next_row;
        self.next_row += 1;
        let Some(column) = self.component.column_of(row) else {
            return 1;
        };
        let exact = self.rows.len() <= EXACT_SIDE && self.columns.len() <= EXACT_SIDE;
        let bounds = if exact {
            MarginBounds { enough: ENOUGH, nodes: usize::MAX }
        } else {
            MarginBounds { enough: ENOUGH_IN_CROWDS, nodes: NODES_IN_CROWDS }
        };
        // Summed once: each row of a crowd would pay for all of them.
        let total = *self.total.get_or_insert_with(|| self.component.total());
        let alone = Margin { loss: total, exact: true };
        let Margin { loss, exact } = match self.edges {
            1 => alone,
            _ => self.component.margin(row, &self.row_class, &self.column_class, bounds).unwrap_or(alone),
        };
        let slice = &edges[self.first_edge..self.first_edge + self.edges];
        let line = self.rows[row as usize];
        let first = slice.partition_point(|edge| edge.line < line);
        let mine = slice[first..].iter().take_while(|edge| edge.line == line);
        let entry = self.columns[column as usize];
        let class = |entry: u32| self.columns.binary_search(&entry).map(|at| self.column_class[at]);
        let mut others: Vec<&Edge> = mine.clone().filter(|edge| class(edge.entry) != class(entry)).collect();
        others.sort_by_key(|edge| (-edge.value, edge.apart, edge.entry));
        others.truncate(params.max_alternatives as usize);
        let Some(source) = mine.clone().find(|edge| edge.entry == entry).map(|edge| edge.source) else {
            return 1;
        };
        chosen.push(Chosen {
            line,
            entry,
            source,
            margin: points(source, loss),
            margin_exact: exact,
            alternatives: others.into_iter().map(|edge| (edge.source, edge.entry)).collect(),
        });
        (self.edges as u64).min(1_000) + 1
    }
}
