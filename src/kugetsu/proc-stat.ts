/**
 * The fields of /proc/PID/stat from the third on: state, parent, process group, … The second is the command in
 * brackets, which may hold blanks and brackets itself. Empty for an empty text.
 */
export function statFields(stat: string): readonly string[] {
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}
