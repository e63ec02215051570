//! Arrays that hold themselves without an object or a shared reference between.
//!
//! PHP makes such a one where it copies an array before it looks up what is to be added: `$a[] = $b` after `$b = &$a`.

use super::{Edge, Graph, NONE};

impl Graph {
    /// Finds the cycles of arrays and of references that nobody else has, and makes nodes of these arrays and of what is above them.
    pub(super) fn find_cycles(&mut self) {
        if self.take_away_from_below() == 0 {
            return;
        }
        let above = self.take_away_from_above();
        for number in 0..self.vertices.len() {
            let vertex = &mut self.vertices[number];
            vertex.is_cyclic = above[number] > 0;
            if vertex.below > 0 && !std::mem::replace(&mut vertex.is_node, true) {
                self.climb(number as u32, |above| !above.is_node);
            }
        }
    }

    /// Takes away what leads to no cycle, beginning with what leads nowhere: that has nothing [below](super::Vertex::below) it then. Returns
    /// how many are left.
    fn take_away_from_below(&mut self) -> usize {
        let mut left = 0;
        for (number, vertex) in self.vertices.iter().enumerate() {
            if vertex.below > 0 {
                left += 1;
            } else if vertex.may_be_cyclic() {
                self.pending.push(number as u32);
            }
        }
        while let Some(number) = self.pending.pop() {
            let mut edge = self.vertices[number as usize].last_incoming;
            while edge != NONE {
                let Edge { from, other_incoming, .. } = self.edges[edge as usize];
                let above = &mut self.vertices[from as usize];
                if above.may_be_cyclic() {
                    above.below -= 1;
                    if above.below == 0 {
                        left -= 1;
                        self.pending.push(from);
                    }
                }
                edge = other_incoming;
            }
        }
        left
    }

    /// Of what is left, takes away what no cycle leads to. Returns for each vertex how many edges lead to it from what is left after that: none
    /// to what was taken away.
    fn take_away_from_above(&mut self) -> Vec<u32> {
        let mut above = vec![0u32; self.vertices.len()];
        for edge in &self.edges {
            above[edge.to as usize] += u32::from(self.is_left(edge.from) && self.is_left(edge.to));
        }
        for (number, above) in above.iter().enumerate() {
            if *above == 0 && self.is_left(number as u32) {
                self.pending.push(number as u32);
            }
        }
        while let Some(number) = self.pending.pop() {
            let vertex = self.vertices[number as usize];
            for edge in vertex.first_edge..vertex.end_edge {
                let to = self.edges[edge as usize].to;
                if self.is_left(to) {
                    above[to as usize] -= 1;
                    if above[to as usize] == 0 {
                        self.pending.push(to);
                    }
                }
            }
        }
        above
    }

    /// Whether a vertex leads to a cycle.
    fn is_left(&self, number: u32) -> bool {
        self.vertices[number as usize].below > 0
    }
}
