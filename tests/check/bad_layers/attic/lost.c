// Part of libzircon. BSD-3-Clause, see LICENSE.
