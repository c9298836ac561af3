// Part of libzircon. BSD-3-Clause, see LICENSE.
// What the halves of the tree of VMOs' pages (cow.c, cow_tree.c) ask of each other.
#pragma once

#include "vm/cow.h"

// Is a page the node's own?
bool cow_owns(struct cow *cow, uint64_t page);

// Frees those of a hidden node's pages that nobody sees any more.
void cow_free_unseen(struct thread *self, struct cow *hidden, uint64_t page, uint64_t count);
