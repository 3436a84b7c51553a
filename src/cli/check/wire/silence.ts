/**
 * Sites that answer no more. Each request to one takes as long as it may: of hundreds that is a
 * quarter of an hour, in which nothing is learnt.
 *
 * Many servers drop what is odd without a word, several tricks one after another. So what counts is
 * whether a plain request is answered that has been answered before.
 */
import { type Asked, type Exchange, isAnswer, isPlain } from '../exchange.ts'

/** Requests in a row without an answer, after which it is looked whether anything is answered. */
const MANY = 8

/** Nobody there, or nobody who says anything. Who closes a connection is there, and takes no time. */
const SILENT = ['ETIMEDOUT', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH']

export class Silence {
  readonly #ask: (asked: Asked) => Promise<Exchange['answer'] | undefined>
  #inRow = 0
  #isCertain = false
  /** Nobody's, the first that was answered: mostly the page that was given. */
  #answered: Asked | undefined
  #look: Promise<void> | undefined

  /** @param ask asks on a new connection; `undefined` where there may be no more requests */
  constructor(ask: (asked: Asked) => Promise<Exchange['answer'] | undefined>) {
    this.#ask = ask
  }

  /** Requests in a row that had no answer. */
  get length(): number {
    return this.#inRow
  }

  /** Whether it is of no use to ask on. */
  get isCertain(): boolean {
    return this.#isCertain
  }

  /** Takes what came of a request. Where it may be the site that is silent, waits until that is known. */
  async heed({ asked, answer }: Exchange): Promise<void> {
    // Of another port, which a firewall may drop.
    if (asked.overHttp) return
    this.#count(answer)
    if (!isSilent(answer)) {
      if (isPlain(asked)) this.#answered ??= asked
    } else if (this.#inRow >= MANY && !this.#isCertain) {
      this.#look ??= this.#lookAgain()
      await this.#look
    }
  }

  async #lookAgain(): Promise<void> {
    const answer = this.#answered && (await this.#ask(this.#answered))
    if (answer) this.#count(answer)
    // Others may have been answered meanwhile.
    this.#isCertain = this.#inRow >= MANY
    this.#look = undefined
  }

  #count(answer: Exchange['answer']): void {
    this.#inRow = isSilent(answer) ? this.#inRow + 1 : 0
  }
}

function isSilent(answer: Exchange['answer']): boolean {
  if (isAnswer(answer) || answer.statusSaid !== undefined) return false
  return SILENT.includes(answer.code ?? '')
}
