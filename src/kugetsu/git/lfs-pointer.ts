/** What stands in a commit for the content of a file of Git LFS. */
export interface LfsPointer {
  /** sha256 of the content, in hex. */
  readonly oid: string;
  /** Bytes. */
  readonly size: number;
}

/** Bytes: the specification says that a pointer is smaller. */
export const MOST_POINTER_BYTES = 1024;

const POINTER =
  /^version https:\/\/git-lfs\.github\.com\/spec\/v1\noid sha256:([0-9a-f]{64})\nsize (0|[1-9]\d{0,14})\n$/;

/** Reads a pointer; undefined for any other text, and for pointers with extensions. */
export function readPointer(text: string): LfsPointer | undefined {
  const [, oid, size] = POINTER.exec(text) ?? [];
  return oid === undefined || size === undefined ? undefined : { oid, size: Number(size) };
}
