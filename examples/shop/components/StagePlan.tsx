/** The ground plan of a stage, with stage left where it belongs. */
export function StagePlan() {
  return (
    <svg className="plan" viewBox="0 0 480 326" role="img" aria-labelledby="plan-title">
      <title id="plan-title">
        A stage seen from above: the audience is at the bottom, and stage left is marked on the
        right-hand side.
      </title>
      <path className="plan-wall" d="M30 20h420v180h-70v-22h-10v22H110v-22h-10v22H30z" />
      <path className="plan-line" d="M110 200q130 46 260 0" />
      <path className="plan-dash" d="M240 34v176M60 120h360" />
      <g className="plan-seats">
        {[250, 270, 290].map((y, row) => (
          <path key={y} d={`M${120 - row * 16} ${y}q${120 + row * 16} 34 ${240 + row * 32} 0`} />
        ))}
      </g>
      <text x="112" y="84">
        Stage right
      </text>
      <text x="304" y="84">
        Stage left
      </text>
      <path
        className="plan-mark"
        d="m330 140 7-7 14 14 14-14 7 7-14 14 14 14-7 7-14-14-14 14-7-7 14-14z"
      />
    </svg>
  )
}
