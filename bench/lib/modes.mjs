/**
 * How much is measured: all of it, enough to see what a change did, or just that it works.
 *
 * Times are in milliseconds of processor time, the rest are counts. Many short rounds tell more
 * than a few long ones: what else the machine does then disturbs few of them.
 */
export const MODES = {
  full: {
    // A process is lucky or not with where things come to lie in memory: several tell.
    decide: { processes: 3, rounds: 25, warmUp: 200 },
    first: { rounds: 21 },
    // A server is warm after some thousand requests; for another topic it then takes fewer.
    serve: { rounds: 70, count: 30, warmUp: 1_500, again: 300 },
  },
  quick: {
    decide: { processes: 1, rounds: 15, warmUp: 150 },
    first: { rounds: 5 },
    serve: { rounds: 15, count: 20, warmUp: 300, again: 60 },
  },
  smoke: {
    decide: { processes: 1, rounds: 3, warmUp: 4 },
    first: { rounds: 1 },
    serve: { rounds: 2, count: 8, warmUp: 8, again: 8 },
  },
}
