//! What a template begins with, before the images: its head and its tables.

use super::Encoder;
use super::block::Block;
use crate::objects::harvest::Harvest;
use crate::payload::*;
use crate::zend::live::Slot;
use std::ptr;

impl Encoder {
    /// All tables but the fixups, which come with the images; of the calls, what is not their argument.
    ///
    /// # Safety
    /// The block has room for the tables that the head counts.
    #[cold]
    pub(super) unsafe fn emit_tables(&self, block: &Block, head: &TemplateHead, texts: &Block) {
        let layout = head.layout();
        let at = |offset: usize| block.at_byte::<u8>(offset);
        // SAFETY: the caller's word; each table has as many entries as the head says.
        unsafe {
            at(0).cast::<TemplateHead>().write(*head);
            // Between the last table and the first image there may be four bytes.
            at(layout.images - size_of::<u32>()).cast::<u32>().write(0);
            for number in 0..head.calls {
                let Some(call) = self.objects.call(number) else { break };
                let (node, action) = match self.objects.callees[number as usize] {
                    Harvest::NONE => (0, CallImage::DONE),
                    node => (node, call.action as u32),
                };
                at(layout.calls).cast::<CallImage>().add(number as usize).write(CallImage {
                    argument: Slot::UNDEFINED,
                    node,
                    action,
                });
            }
            for (number, class) in self.objects.classes.iter().enumerate() {
                at(layout.classes).cast::<ClassImage>().add(number).write(ClassImage {
                    name: texts.address_of(class.name),
                    fingerprint: class.facts.fingerprint,
                });
            }
            for (number, node) in self.nodes.iter().enumerate() {
                at(layout.nodes).cast::<u32>().add(number).write((layout.images / UNIT) as u32 + node.at);
            }
            ptr::copy_nonoverlapping(
                self.objects.tables.as_ptr(),
                at(layout.tables).cast(),
                self.objects.tables.len(),
            );
            ptr::copy_nonoverlapping(
                self.objects.typed.as_ptr(),
                at(layout.typed).cast(),
                self.objects.typed.len(),
            );
        }
    }
}
