//! The cheapest row of blocks that is long enough, of those that somebody goes through.

use std::collections::VecDeque;

/// A row of blocks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub(super) start: u64,
    pub(super) end: u64,
    /// Bytes that have to be moved.
    pub(super) cost: u64,
}

/// Finds the cheapest row of at least so many bytes among blocks that it is shown in the order of their addresses.
pub(super) struct Search {
    pub(super) needed: u64,
    /// Larger blocks cannot be moved.
    pub(super) movable: u64,
    row: VecDeque<(u64, u64, u64)>,
    bytes: u64,
    cost: u64,
    best: Option<Window>,
    /// Blocks that turned out to have to stay for now.
    pub(super) leave_out: Vec<u64>,
    /// Met a block that others hold, so that it cannot be moved just now.
    pub(super) met_others: bool,
}

impl Search {
    pub(super) fn new(needed: u64, movable: u64) -> Self {
        Self {
            needed,
            movable,
            row: VecDeque::new(),
            bytes: 0,
            cost: 0,
            best: None,
            leave_out: Vec::new(),
            met_others: false,
        }
    }

    pub(super) fn take_best(&mut self) -> Option<Window> {
        self.best.take()
    }

    pub(super) fn has_found(&self) -> bool {
        self.best.is_some()
    }

    /// The row that was being looked at last: where it begins, and its bytes.
    pub(super) fn last_row(&self) -> Option<(u64, u64)> {
        self.row.front().map(|&(start, ..)| (start, self.bytes))
    }

    /// Where a row begins that is not long enough yet.
    pub(super) fn row_under_way(&self) -> Option<u64> {
        self.last_row().filter(|&(_, bytes)| bytes < self.needed).map(|(start, _)| start)
    }

    /// A block that cannot be part of a window, or the end.
    pub(super) fn interrupt(&mut self) {
        self.row.clear();
        (self.bytes, self.cost) = (0, 0);
    }

    /// The next block.
    pub(super) fn show(&mut self, offset: u64, bytes: u64, cost: u64) {
        self.row.push_back((offset, bytes, cost));
        self.bytes += bytes;
        self.cost += cost;
        while let Some(&(_, bytes, cost)) = self.row.front()
            && self.bytes - bytes >= self.needed
        {
            self.row.pop_front();
            self.bytes -= bytes;
            self.cost -= cost;
        }
        if self.bytes >= self.needed
            && self.best.is_none_or(|best| self.cost < best.cost)
            && let Some(&(start, ..)) = self.row.front()
        {
            self.best = Some(Window { start, end: start + self.bytes, cost: self.cost });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cheapest window among blocks of (bytes, cost), as places in the list; a cost of `None` interrupts.
    fn find(needed: u64, blocks: &[(u64, Option<u64>)]) -> Option<(u64, u64, u64)> {
        let mut search = Search::new(needed, u64::MAX);
        let mut offset = 0;
        for &(bytes, cost) in blocks {
            match cost {
                Some(cost) => search.show(offset, bytes, cost),
                None => search.interrupt(),
            }
            offset += bytes;
        }
        search.best.map(|window| (window.start, window.end, window.cost))
    }

    #[test]
    fn the_cheapest_row_that_is_long_enough_is_found() {
        let free = |bytes| (bytes, Some(0));
        let live = |bytes| (bytes, Some(bytes));
        assert_eq!(find(100, &[free(50), live(30), free(40)]), Some((0, 120, 30)));
        assert_eq!(find(100, &[free(50), live(80), free(40), live(10), free(50)]), Some((130, 230, 10)));
        assert_eq!(find(100, &[free(60), (5, None), free(60)]), None);
        assert_eq!(find(100, &[live(60), free(50), live(60)]), Some((0, 110, 60)));
        assert_eq!(find(100, &[]), None);
    }
}
