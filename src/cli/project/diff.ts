/** What would change, as a unified diff that `patch` and `git apply` read. */

const CONTEXT = 3

/** One line of an edit script: kept, taken out or put in. */
type Edit = [mark: ' ' | '-' | '+', line: string]

/**
 * @param before `null` for a file that is to be made
 * @param name path that the diff gives, with `/`
 * @returns `''` where nothing changes
 */
export function unifiedDiff(name: string, before: string | null, after: string): string {
  if (before === after) return ''
  const edits = diffLines(splitLines(before ?? ''), splitLines(after))
  const head = `--- ${before === null ? '/dev/null' : `a/${name}`}\n+++ b/${name}\n`
  return head + hunks(edits).join('')
}

/** Lines with their ends: the last one may have none. */
function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

/** A shortest edit script, by the longest common subsequence of what is not common at the ends. */
function diffLines(a: string[], b: string[]): Edit[] {
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let end = 0
  const most = Math.min(a.length, b.length) - start
  while (end < most && a[a.length - 1 - end] === b[b.length - 1 - end]) end++
  const keep = (line: string): Edit => [' ', line]
  return [
    ...a.slice(0, start).map(keep),
    ...editsBetween(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    ...a.slice(a.length - end).map(keep),
  ]
}

function editsBetween(a: string[], b: string[]): Edit[] {
  const lengths = commonLengths(a, b)
  const at = (i: number, j: number) => lengths[i * (b.length + 1) + j] as number
  const edits: Edit[] = []
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      edits.push([' ', a[i] as string])
      i++
      j++
    } else if (j === b.length || (i < a.length && at(i + 1, j) >= at(i, j + 1))) {
      edits.push(['-', a[i++] as string])
    } else edits.push(['+', b[j++] as string])
  }
  return edits
}

/** Length of the longest common subsequence of what follows `i` in `a` and `j` in `b`. */
function commonLengths(a: string[], b: string[]): Uint32Array {
  const width = b.length + 1
  const lengths = new Uint32Array((a.length + 1) * width)
  const at = (i: number, j: number) => lengths[i * width + j] as number
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      lengths[i * width + j] =
        a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  return lengths
}

/** Runs of edits with their context; runs whose contexts meet are one. */
function hunks(edits: Edit[]): string[] {
  const changed = edits.flatMap(([mark], i) => (mark === ' ' ? [] : [i]))
  const ranges: [from: number, to: number][] = []
  for (const i of changed) {
    const last = ranges.at(-1)
    if (last && i - CONTEXT <= last[1]) last[1] = i + CONTEXT + 1
    else ranges.push([Math.max(0, i - CONTEXT), i + CONTEXT + 1])
  }
  return ranges.map(([from, to]) => writeHunk(edits, from, to))
}

function writeHunk(edits: Edit[], from: number, to: number): string {
  const shown = edits.slice(from, to)
  const range = (other: '-' | '+') => {
    const before = edits.slice(0, from).filter(([mark]) => mark !== other).length
    const length = shown.filter(([mark]) => mark !== other).length
    // Of an empty range the line before it counts.
    return `${length === 0 ? before : before + 1},${length}`
  }
  const lines = shown.map(([mark, line]) => {
    return mark + (line.endsWith('\n') ? line : `${line}\n\\ No newline at end of file\n`)
  })
  return `@@ -${range('+')} +${range('-')} @@\n${lines.join('')}`
}
