//! The assignment against brute force and against another solver.

use matching::assign::{Arc, Component, MarginBounds};
use pathfinding::prelude::{Matrix, kuhn_munkres};
use proptest::prelude::*;

const EXACT: MarginBounds = MarginBounds { enough: i64::MAX / 1_000_000, nodes: usize::MAX };

fn solve(rows: usize, columns: usize, arcs: &[Arc]) -> Component {
    let mut component = Component::new(rows, columns, arcs.to_vec());
    while !component.is_done() {
        component.advance(1);
    }
    component
}

/// The best (value, −first tie, −second tie, −crossing) over all matchings that `allowed` lets pass.
fn brute(rows: usize, arcs: &[Arc], allowed: &dyn Fn(&[Arc]) -> bool) -> Option<[i64; 4]> {
    fn go(
        row: u32,
        rows: u32,
        arcs: &[Arc],
        used: &mut Vec<Arc>,
        allowed: &dyn Fn(&[Arc]) -> bool,
        best: &mut Option<[i64; 4]>,
    ) {
        if row == rows {
            if allowed(used) {
                let sum = |f: &dyn Fn(&Arc) -> i64| used.iter().map(f).sum::<i64>();
                let crossing = |arc: &Arc| (i64::from(arc.row) - i64::from(arc.column)).pow(2);
                let now = [
                    sum(&|arc| arc.value),
                    -sum(&|arc| i64::from(arc.ties[0])),
                    -sum(&|arc| i64::from(arc.ties[1])),
                    -sum(&crossing),
                ];
                *best = (*best).max(Some(now));
            }
            return;
        }
        go(row + 1, rows, arcs, used, allowed, best);
        for arc in arcs.iter().filter(|arc| arc.row == row) {
            if used.iter().all(|other| other.column != arc.column) {
                used.push(*arc);
                go(row + 1, rows, arcs, used, allowed, best);
                used.pop();
            }
        }
    }
    let mut best = None;
    go(0, rows as u32, arcs, &mut Vec::new(), allowed, &mut best);
    best
}

fn graph(side: usize, top: i64) -> impl Strategy<Value = (usize, usize, Vec<Arc>)> {
    (1..=side, 1..=side).prop_flat_map(move |(rows, columns)| {
        let cell = prop::option::weighted(0.6, (1..=top, 0..3_u32, 0..3_u32));
        prop::collection::vec(cell, rows * columns).prop_map(move |cells| {
            let arcs = cells.into_iter().enumerate().filter_map(|(at, cell)| {
                let (value, first, second) = cell?;
                Some(Arc { row: (at / columns) as u32, column: (at % columns) as u32, value, ties: [first, second] })
            });
            (rows, columns, arcs.collect())
        })
    })
}

fn levels(component: &Component) -> [i64; 4] {
    let mut sums = [0; 4];
    for (row, column) in component.pairs() {
        let arc = component.arc(row, column).expect("a chosen pair is one of the pairs given");
        sums[0] += arc.value;
        sums[1] -= i64::from(arc.ties[0]);
        sums[2] -= i64::from(arc.ties[1]);
        sums[3] -= (i64::from(row) - i64::from(column)).pow(2);
    }
    sums
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn best_of_all_solutions_in_every_level((rows, columns, arcs) in graph(5, 4)) {
        let component = solve(rows, columns, &arcs);
        let mut used = vec![false; columns];
        for (_, column) in component.pairs() {
            prop_assert!(!std::mem::replace(&mut used[column as usize], true), "a column is used twice");
        }
        prop_assert_eq!(Some(levels(&component)), brute(rows, &arcs, &|_| true));
    }

    #[test]
    fn margin_is_the_loss_of_the_best_other_solution((rows, columns, arcs) in graph(4, 5)) {
        let mut component = solve(rows, columns, &arcs);
        let row_class: Vec<u32> = (0..rows as u32).collect();
        let column_class: Vec<u32> = (0..columns as u32).collect();
        for (row, column) in component.pairs() {
            let without = |used: &[Arc]| used.iter().all(|arc| (arc.row, arc.column) != (row, column));
            let second = brute(rows, &arcs, &without).unwrap()[0];
            let margin = component.margin(row, &row_class, &column_class, EXACT).unwrap();
            prop_assert!(margin.exact);
            prop_assert_eq!(margin.loss, component.total() - second, "pair {} {}", row, column);
        }
    }

    /// Rows 0 and 1 look alike, and so do columns 0 and 1: what counts is how many of them go together.
    #[test]
    fn swapping_what_looks_alike_is_no_other_solution((rows, columns, mut arcs) in graph(4, 5)) {
        let class = |at: u32| at.saturating_sub(1);
        arcs.retain(|arc| arc.row != 1 && arc.column != 1);
        let twins: Vec<Arc> = arcs.iter().filter(|arc| arc.row == 0 && rows > 1).map(|arc| Arc { row: 1, ..*arc }).collect();
        arcs.extend(twins);
        let twins: Vec<Arc> = arcs.iter().filter(|arc| arc.column == 0 && columns > 1).map(|arc| Arc { column: 1, ..*arc }).collect();
        arcs.extend(twins);
        let mut component = solve(rows, columns, &arcs);
        let row_class: Vec<u32> = (0..rows as u32).map(class).collect();
        let column_class: Vec<u32> = (0..columns as u32).map(class).collect();
        for (row, column) in component.pairs() {
            let alike = |r: u32, c: u32| class(r) == class(row) && class(c) == class(column);
            let together = component.pairs().iter().filter(|(r, c)| alike(*r, *c)).count();
            let fewer = |used: &[Arc]| used.iter().filter(|arc| alike(arc.row, arc.column)).count() < together;
            let second = brute(rows, &arcs, &fewer).unwrap()[0];
            let margin = component.margin(row, &row_class, &column_class, EXACT).unwrap();
            prop_assert_eq!(margin.loss, component.total() - second);
        }
    }

    #[test]
    fn agrees_with_the_hungarian_method_on_larger_graphs((rows, columns, arcs) in graph(24, 1_000)) {
        // Kuhn-Munkres wants a complete matrix no higher than wide: missing pairs weigh 0, more columns stay alone.
        let mut weights = Matrix::new(rows, columns + rows, 0_i64);
        for arc in &arcs {
            weights[(arc.row as usize, arc.column as usize)] = arc.value;
        }
        prop_assert_eq!(solve(rows, columns, &arcs).total(), kuhn_munkres(&weights).0);
    }

    #[test]
    fn small_steps_change_nothing((rows, columns, arcs) in graph(12, 50)) {
        let mut whole = Component::new(rows, columns, arcs.clone());
        whole.advance(u64::MAX);
        prop_assert!(whole.is_done());
        prop_assert_eq!(whole.pairs(), solve(rows, columns, &arcs).pairs());
    }
}

#[test]
fn a_large_symmetric_component_is_settled_in_order() {
    let side = 300;
    let arcs = (0..side * side).map(|at| Arc { row: at / side, column: at % side, value: 7, ties: [0, 0] });
    let component = solve(side as usize, side as usize, &arcs.collect::<Vec<_>>());
    assert!(component.pairs().iter().all(|(row, column)| row == column));
}

#[test]
fn a_bounded_search_says_so() {
    let arcs: Vec<Arc> = (0..40)
        .flat_map(|row| {
            (0..40).map(move |column| Arc { row, column, value: 1_000 + i64::from(row == column), ties: [0, 0] })
        })
        .collect();
    let mut component = solve(40, 40, &arcs);
    let classes: Vec<u32> = (0..40).collect();
    let bounded = component.margin(0, &classes, &classes, MarginBounds { enough: 1_000_000, nodes: 1 }).unwrap();
    let exact = component.margin(0, &classes, &classes, EXACT).unwrap();
    assert!(!bounded.exact && bounded.loss <= exact.loss);
    assert_eq!((exact.exact, exact.loss), (true, 2));
}
