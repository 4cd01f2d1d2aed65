//! The best overall assignment, and how much better it is than the next one.
//!
//! Within a connected component every line takes at most one entry and every entry at most one line, so that the sum
//! of weights is largest; staying alone weighs nothing. Lines are put in one after another along shortest augmenting
//! paths (Dijkstra on reduced costs with integer prices), which is exact for any graph and local in sparse ones.
//!
//! The weight of a pair is lexicographic: its value first (larger is better), then two distances (smaller is better),
//! then the order of both sides (pairs that do not cross are better). So the optimum is unique but for perfect
//! symmetry, and does not depend on the order of the input.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A possible pair inside a component; rows and columns count from 0 in stable order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arc {
    pub row: u32,
    pub column: u32,
    /// At least 1; larger is better.
    pub value: i64,
    /// Distances that break ties, smaller is better; the first one matters more.
    pub ties: [u32; 2],
}

const NONE: u32 = u32::MAX;
/// Node number of "stays alone" in the search for the next best solution.
type Node = u32;

/// The matching problem of one component, solved row by row.
#[derive(Debug)]
pub struct Component {
    rows: usize,
    columns: usize,
    /// Arcs sorted by row and column; `starts[row]..starts[row + 1]` are a row's.
    arcs: Vec<Arc>,
    starts: Vec<usize>,
    costs: Vec<i128>,
    /// What one unit of value weighs.
    unit: i128,
    row_match: Vec<u32>,
    column_match: Vec<u32>,
    row_price: Vec<i128>,
    column_price: Vec<i128>,
    next_row: usize,
    /// Scratch space of one search, cleared after use.
    distance: Vec<i128>,
    parent: Vec<u32>,
    search: Search,
}

impl Component {
    /// A component with `rows` lines and `columns` entries. Arcs may come in any order, each pair once.
    pub fn new(rows: usize, columns: usize, mut arcs: Vec<Arc>) -> Self {
        arcs.sort_unstable_by_key(|arc| (arc.row, arc.column));
        let mut starts = vec![0; rows + 1];
        for arc in &arcs {
            starts[arc.row as usize + 1] += 1;
        }
        for row in 0..rows {
            starts[row + 1] += starts[row];
        }
        let (costs, unit) = costs(rows, columns, &arcs);
        Self {
            rows,
            columns,
            arcs,
            starts,
            costs,
            unit,
            row_match: vec![NONE; rows],
            column_match: vec![NONE; columns],
            row_price: vec![0; rows],
            column_price: vec![0; columns],
            next_row: 0,
            distance: vec![i128::MAX; columns],
            parent: vec![NONE; columns],
            search: Search::default(),
        }
    }

    /// Puts in rows until about `budget` arcs were looked at; returns the number looked at. Done when
    /// [`Component::is_done`].
    pub fn advance(&mut self, budget: u64) -> u64 {
        let mut spent = 0;
        while self.next_row < self.rows && spent < budget {
            spent += self.insert(self.next_row as u32);
            self.next_row += 1;
        }
        spent
    }

    /// True when all rows are in.
    pub fn is_done(&self) -> bool {
        self.next_row == self.rows
    }

    /// The chosen pairs (row, column) in row order.
    pub fn pairs(&self) -> Vec<(u32, u32)> {
        let matched = self.row_match.iter().enumerate().filter(|(_, column)| **column != NONE);
        matched.map(|(row, column)| (row as u32, *column)).collect()
    }

    /// The sum of values of the chosen pairs.
    pub fn total(&self) -> i64 {
        self.pairs().iter().filter_map(|(row, column)| self.arc(*row, *column)).map(|arc| arc.value).sum()
    }

    /// The column chosen for a row.
    pub fn column_of(&self, row: u32) -> Option<u32> {
        Some(self.row_match[row as usize]).filter(|column| *column != NONE)
    }

    /// The row chosen for a column.
    pub fn row_of(&self, column: u32) -> Option<u32> {
        Some(self.column_match[column as usize]).filter(|row| *row != NONE)
    }

    /// A row's arcs in column order.
    pub fn arcs_of(&self, row: u32) -> &[Arc] {
        &self.arcs[self.starts[row as usize]..self.starts[row as usize + 1]]
    }

    /// The arc of a pair.
    pub fn arc(&self, row: u32, column: u32) -> Option<&Arc> {
        let arcs = self.arcs_of(row);
        arcs.binary_search_by_key(&column, |arc| arc.column).ok().map(|at| &arcs[at])
    }

    /// One shortest augmenting path from a new row.
    fn insert(&mut self, start: u32) -> u64 {
        let mut heap = BinaryHeap::new();
        let mut scanned: Vec<u32> = Vec::new();
        let mut touched: Vec<u32> = Vec::new();
        // The price that makes every arc of the new row cost at least nothing.
        let first =
            self.arc_range(start).map(|at| self.costs[at] - self.column_price[self.arcs[at].column as usize]).min();
        self.row_price[start as usize] = first.unwrap_or(0).min(0);
        let (mut row, mut base, mut spent) = (start, 0_i128, 0_u64);
        // The cheapest way to end: (length, last row, free column or NONE for staying alone).
        let mut best = (-self.row_price[start as usize], start, NONE);
        loop {
            for at in self.arc_range(row) {
                let column = self.arcs[at].column as usize;
                let length = base + self.costs[at] - self.row_price[row as usize] - self.column_price[column];
                if length < self.distance[column] && length < best.0 {
                    if self.distance[column] == i128::MAX {
                        touched.push(column as u32);
                    }
                    self.distance[column] = length;
                    self.parent[column] = row;
                    heap.push(Reverse((length, column as u32)));
                }
                spent += 1;
            }
            let Some(Reverse((length, column))) = heap.pop() else {
                break;
            };
            if length >= best.0 {
                break;
            }
            // An older, longer way to a column that was reached on a shorter one since.
            if length > self.distance[column as usize] {
                continue;
            }
            let owner = self.column_match[column as usize];
            if owner == NONE {
                best = (length, NONE, column);
                break;
            }
            scanned.push(column);
            (row, base) = (owner, length);
            let alone = length - self.row_price[row as usize];
            if alone < best.0 {
                best = (alone, row, NONE);
            }
        }
        self.update_prices(start, best.0, &scanned);
        self.augment(start, best);
        for column in touched {
            self.distance[column as usize] = i128::MAX;
            self.parent[column as usize] = NONE;
        }
        spent + 1
    }

    fn arc_range(&self, row: u32) -> std::ops::Range<usize> {
        self.starts[row as usize]..self.starts[row as usize + 1]
    }

    fn update_prices(&mut self, start: u32, length: i128, scanned: &[u32]) {
        self.row_price[start as usize] += length;
        for &column in scanned {
            let left = length - self.distance[column as usize];
            if left > 0 {
                self.column_price[column as usize] -= left;
                self.row_price[self.column_match[column as usize] as usize] += left;
            }
        }
    }

    fn augment(&mut self, start: u32, (_, last, free): (i128, u32, u32)) {
        let mut column = free;
        if free == NONE {
            if last == start {
                return;
            }
            column = std::mem::replace(&mut self.row_match[last as usize], NONE);
        }
        loop {
            let row = self.parent[column as usize];
            self.column_match[column as usize] = row;
            let freed = std::mem::replace(&mut self.row_match[row as usize], column);
            if row == start {
                return;
            }
            column = freed;
        }
    }
}

/// Costs (negative weights) of the arcs and the weight of one unit of value.
///
/// Every level outweighs all that the levels below it can sum up to. If that does not fit (only in components of many
/// thousands of rows), the order level is left out first, then the second distance: ties are then settled by the
/// fixed order in which rows are put in, which is as deterministic.
fn costs(rows: usize, columns: usize, arcs: &[Arc]) -> (Vec<i128>, i128) {
    let pairs = rows.min(columns).max(1) as i128;
    let widest = rows.max(columns) as i128;
    let largest = |level: usize| arcs.iter().map(|arc| i128::from(arc.ties[level])).max().unwrap_or(0);
    let divisor = |level: usize| arcs.iter().fold(0, |d, arc| gcd(d, i128::from(arc.ties[level]))).max(1);
    let (first_divisor, second_divisor) = (divisor(0), divisor(1));
    let top = arcs.iter().map(|arc| i128::from(arc.value)).max().unwrap_or(1).max(1);
    for dropped in 0..3 {
        let order_max = if dropped == 0 { widest * widest } else { 0 };
        let second_max = if dropped < 2 { largest(1) / second_divisor } else { 0 };
        let Some((first_unit, second_unit, unit)) =
            units(pairs, order_max, second_max, largest(0) / first_divisor, top)
        else {
            continue;
        };
        let cost = |arc: &Arc| {
            let crossing = i128::from(arc.row) - i128::from(arc.column);
            let order = if dropped == 0 { crossing * crossing } else { 0 };
            let second = if dropped < 2 { i128::from(arc.ties[1]) / second_divisor * second_unit } else { 0 };
            i128::from(arc.ties[0]) / first_divisor * first_unit + second + order - i128::from(arc.value) * unit
        };
        return (arcs.iter().map(cost).collect(), unit);
    }
    (arcs.iter().map(|arc| -i128::from(arc.value)).collect(), 1)
}

fn units(pairs: i128, order_max: i128, second_max: i128, first_max: i128, top: i128) -> Option<(i128, i128, i128)> {
    let outweigh = |sum: i128| pairs.checked_mul(sum)?.checked_mul(2)?.checked_add(1);
    let second_unit = outweigh(order_max)?;
    let below_first = second_max.checked_mul(second_unit)?.checked_add(order_max)?;
    let first_unit = outweigh(below_first)?;
    let below_value = first_max.checked_mul(first_unit)?.checked_add(below_first)?;
    let unit = outweigh(below_value)?;
    // Prices and path lengths add up weights: they stay two powers below the type's end.
    let total = top.checked_mul(unit)?.checked_mul(pairs)?.checked_mul(8)?;
    (total < i128::MAX / 4).then_some((first_unit, second_unit, unit))
}

fn gcd(a: i128, b: i128) -> i128 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// How much less the best other solution is worth, in units of value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Margin {
    pub loss: i64,
    /// False if the search stopped at its bound; the loss is then at least this.
    pub exact: bool,
}

/// Bounds for one search for the next best solution.
#[derive(Debug, Clone, Copy)]
pub struct MarginBounds {
    /// Losses beyond this need not be told apart.
    pub enough: i64,
    /// Nodes to settle before stopping.
    pub nodes: usize,
}

impl Component {
    /// The loss if the chosen pair of `row` is given up; `None` if the row has no pair.
    ///
    /// `row_class` and `column_class` name interchangeable rows and columns: a solution that only swaps those is not
    /// another solution. Must be asked after [`Component::is_done`].
    ///
    /// The search is one shortest cycle through the pair in the residual graph, where "stays alone" is a node that can
    /// be passed through.
    pub fn margin(
        &mut self,
        row: u32,
        row_class: &[u32],
        column_class: &[u32],
        bounds: MarginBounds,
    ) -> Option<Margin> {
        let goal = self.column_of(row)?;
        let mut search = std::mem::take(&mut self.search);
        if search.distance.is_empty() {
            search.prepare(self);
        }
        let forbidden = (row_class[row as usize], column_class[goal as usize]);
        let allowed = |row: u32, column: u32| (row_class[row as usize], column_class[column as usize]) != forbidden;
        let margin = search.shortest_cycle(self, row, goal, &allowed, bounds);
        search.clear();
        self.search = search;
        Some(margin)
    }

    /// Lower levels sum up to less than half a unit, so rounding takes them off.
    fn to_value(&self, length: i128) -> i64 {
        i64::try_from((length + self.unit / 2).div_euclid(self.unit)).unwrap_or(i64::MAX)
    }
}

/// Scratch space of the searches for the next best solution. Nodes are rows, then columns, then "stays alone".
#[derive(Debug, Default)]
struct Search {
    distance: Vec<i128>,
    touched: Vec<Node>,
    heap: BinaryHeap<Reverse<(i128, Node)>>,
    /// Where one gets from "stays alone" (a matched column is freed, a row that stays alone is put in), cheapest first.
    from_alone: Vec<(i128, Node)>,
}

impl Search {
    fn prepare(&mut self, component: &Component) {
        self.distance = vec![i128::MAX; component.rows + component.columns + 1];
        let matched = component.column_match.iter().enumerate().filter(|(_, owner)| **owner != NONE);
        self.from_alone =
            matched.map(|(column, _)| (-component.column_price[column], (component.rows + column) as Node)).collect();
        let alone = component.row_match.iter().enumerate().filter(|(_, column)| **column == NONE);
        self.from_alone.extend(alone.map(|(row, _)| (component.row_price[row], row as Node)));
        self.from_alone.sort_unstable();
    }

    fn clear(&mut self) {
        for node in self.touched.drain(..) {
            self.distance[node as usize] = i128::MAX;
        }
        self.heap.clear();
    }

    /// Notes a way to a node, unless it is no shorter than what is known to the node or to the goal.
    fn relax(&mut self, node: Node, length: i128, goal: Node) {
        let known = self.distance[node as usize];
        if length < known && length < self.distance[goal as usize] {
            if known == i128::MAX {
                self.touched.push(node);
            }
            self.distance[node as usize] = length;
            self.heap.push(Reverse((length, node)));
        }
    }

    fn shortest_cycle(
        &mut self,
        component: &Component,
        row: u32,
        goal_column: u32,
        allowed: &dyn Fn(u32, u32) -> bool,
        bounds: MarginBounds,
    ) -> Margin {
        let (rows, alone) = (component.rows as Node, (component.rows + component.columns) as Node);
        let goal = rows + goal_column;
        let cap = i128::from(bounds.enough).saturating_mul(component.unit).saturating_add(component.unit / 2);
        let mut settled = 0;
        self.relax(row, 0, goal);
        while let Some(Reverse((length, node))) = self.heap.pop() {
            if length > self.distance[node as usize] {
                continue;
            }
            let at_goal = node == goal;
            settled += 1;
            if at_goal || length > cap || settled > bounds.nodes {
                return Margin { loss: component.to_value(length), exact: at_goal };
            }
            if node == alone {
                self.relax(goal, length - component.column_price[goal_column as usize], goal);
                // Nodes are settled in this order, so what lies beyond the bound is never reached.
                for at in 0..self.from_alone.len().min(bounds.nodes) {
                    let (step, next) = self.from_alone[at];
                    if length + step >= self.distance[goal as usize] || length + step > cap {
                        break;
                    }
                    self.relax(next, length + step, goal);
                }
            } else if node < rows {
                self.relax_row(component, node, length, goal, allowed);
            } else {
                let column = (node - rows) as usize;
                match component.column_match[column] {
                    NONE => self.relax(alone, length - component.column_price[column], goal),
                    owner => self.relax(owner, length, goal),
                }
            }
        }
        // Leaving both alone is always possible, so the goal is always reached.
        Margin { loss: i64::MAX, exact: false }
    }

    fn relax_row(
        &mut self,
        component: &Component,
        row: u32,
        length: i128,
        goal: Node,
        allowed: &dyn Fn(u32, u32) -> bool,
    ) {
        let chosen = component.row_match[row as usize];
        let price = component.row_price[row as usize];
        for at in component.arc_range(row) {
            let column = component.arcs[at].column;
            if chosen != column && allowed(row, column) {
                let step = component.costs[at] - price - component.column_price[column as usize];
                self.relax(component.rows as Node + column, length + step, goal);
            }
        }
        if chosen != NONE {
            self.relax((component.rows + component.columns) as Node, length - price, goal);
        }
    }
}

/// Connected components of a bipartite graph by union-find.
#[derive(Debug)]
pub struct Components {
    parent: Vec<u32>,
}

impl Components {
    /// `count` nodes, each alone.
    pub fn new(count: usize) -> Self {
        Self { parent: (0..count as u32).collect() }
    }

    /// The representative of a node.
    pub fn find(&mut self, mut node: u32) -> u32 {
        while self.parent[node as usize] != node {
            let above = self.parent[self.parent[node as usize] as usize];
            self.parent[node as usize] = above;
            node = above;
        }
        node
    }

    /// Joins two nodes; the smaller number stays the representative, so the result does not depend on order.
    pub fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.find(a), self.find(b));
        self.parent[a.max(b) as usize] = a.min(b);
    }
}
