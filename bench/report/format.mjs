/** Figures as they stand in tables. */

/** Three figures that mean something. */
export const significant = (value) =>
  value >= 100 ? Math.round(value).toLocaleString('en') : Number(value.toPrecision(3)).toString()

/** A count, of three figures that mean something. */
export const count = (value) => Number(value.toPrecision(3)).toLocaleString('en')

export const milliseconds = (value) => `${significant(value)} ms`

/** A median with its 95 % confidence interval. */
export const interval = ({ median, low, high }) =>
  `${median.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`

/** A table in Markdown. All columns but the first are numbers. */
export function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, i) => (i ? '---:' : '---'))), ...rows.map(line)].join('\n')
}
