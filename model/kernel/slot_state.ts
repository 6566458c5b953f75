/** What a fault may find of its memslot: see memslot_delete.ts. */
export const SLOT_VALID = 0;
export const SLOT_INVALID = 1;
export const SLOT_NONE = 2;
