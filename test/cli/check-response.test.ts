/** Reading responses of HTTP/1.1 from servers that may be hostile. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BODY_LIMIT, type Method } from '../../src/cli/check/exchange.ts'
import { ResponseReader } from '../../src/cli/check/wire/response.ts'
import { NotHttp } from '../../src/cli/check/wire/response-head.ts'

/** What was read, with the connection ended after it. */
function read(octets: string, method: Method = 'GET', pieces: number[] = []) {
  const reader = new ResponseReader(method)
  const all = Buffer.from(octets, 'latin1')
  let at = 0
  for (const length of [...pieces, all.length]) {
    if (!reader.isDone && at < all.length) reader.push(all.subarray(at, at + length))
    at += length
  }
  const isReusable = reader.isReusable
  if (!reader.isDone) reader.end()
  const { status, fields, body, isCut } = reader.answer
  return { status, fields, body: body.toString('latin1'), isCut, isReusable }
}

const head = (...lines: string[]) => `${lines.join('\r\n')}\r\n\r\n`
const OK = 'HTTP/1.1 200 OK'
const LENGTH = ['Content-Length', '3']

interface Row {
  name: string
  octets: string
  method?: Method
  body: string
  isCut?: boolean
  isReusable?: boolean
}

// RFC 9112 §6.3 in its order, and what follows from it for the connection (§9.3).
const bodies: Row[] = [
  {
    name: 'a length',
    octets: `${head(OK, 'Content-Length: 3')}abc`,
    body: 'abc',
    isReusable: true,
  },
  {
    name: 'a length of nothing',
    octets: head(OK, 'Content-Length: 0'),
    body: '',
    isReusable: true,
  },
  {
    name: 'the same length twice',
    octets: `${head(OK, 'Content-Length: 3', 'content-length: 3, 3')}abc`,
    body: 'abc',
    isReusable: true,
  },
  {
    name: 'more than its length: what follows belongs to no request',
    octets: `${head(OK, 'Content-Length: 3')}abcHTTP/1.1 200 OK`,
    body: 'abc',
  },
  {
    name: 'less than its length',
    octets: `${head(OK, 'Content-Length: 9')}abc`,
    body: 'abc',
    isCut: true,
  },
  {
    name: 'chunks, with extensions and a trailer',
    octets: `${head(OK, 'Transfer-Encoding: chunked')}3;a=b\r\nabc\r\n0A \t;x\r\n0123456789\r\n0\r\nA: b\r\n\r\n`,
    body: 'abc0123456789',
    isReusable: true,
  },
  {
    name: 'chunks without an end',
    octets: `${head(OK, 'Transfer-Encoding: Chunked')}3\r\nabc\r\n`,
    body: 'abc',
    isCut: true,
  },
  {
    name: 'chunks and a length: an attack, so nothing after it',
    octets: `${head(OK, 'Transfer-Encoding: chunked', 'Content-Length: 3')}1\r\na\r\n0\r\n\r\n`,
    body: 'a',
  },
  {
    name: 'a coding that is not known, to the end of the connection',
    octets: `${head(OK, 'Transfer-Encoding: gzip')}abc`,
    body: 'abc',
  },
  { name: 'neither, to the end of the connection', octets: `${head(OK)}abc`, body: 'abc' },
  {
    name: 'HEAD',
    method: 'HEAD',
    octets: head(OK, 'Content-Length: 3'),
    body: '',
    isReusable: true,
  },
  { name: '204', octets: head('HTTP/1.1 204 No Content'), body: '', isReusable: true },
  {
    name: '304 with the length of what it does not send',
    octets: head('HTTP/1.1 304 Not Modified', 'Content-Length: 3'),
    body: '',
    isReusable: true,
  },
  {
    name: '101: what follows is another protocol',
    octets: `${head('HTTP/1.1 101 Switching Protocols')}\x81\x00`,
    body: '',
  },
  {
    name: 'interim answers first',
    octets: `${head('HTTP/1.1 103 Early Hints', 'Link: </a>')}${head('HTTP/1.1 100 Continue')}${head(OK, 'Content-Length: 1')}a`,
    body: 'a',
    isReusable: true,
  },
  {
    name: 'a connection that is to be closed',
    octets: `${head(OK, 'Connection: x, Close', 'Content-Length: 1')}a`,
    body: 'a',
  },
  {
    name: 'HTTP/1.0, which is closed',
    octets: `${head('HTTP/1.0 200 OK', 'Content-Length: 1')}a`,
    body: 'a',
  },
  {
    name: 'HTTP/1.0, kept alive',
    octets: `${head('HTTP/1.0 200 OK', 'Connection: keep-alive', 'Content-Length: 1')}a`,
    body: 'a',
    isReusable: true,
  },
  { name: 'a status without words', octets: `${head('HTTP/1.1 200')}a`, body: 'a' },
]

describe('a body', () => {
  test.each(bodies)('by $name', ({ octets, method, body, isCut = false, isReusable = false }) => {
    const answer = read(octets, method)
    expect({ ...answer, fields: undefined, status: undefined }).toEqual({
      body,
      isCut,
      isReusable,
    })
  })

  test('is the same in whatever pieces it comes', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...bodies),
        fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 30 }),
        ({ octets, method }, pieces) => {
          const { isReusable: _, ...whole } = read(octets, method)
          expect(read(octets, method, pieces)).toMatchObject(whole)
        },
      ),
    )
  })

  test('of more than a megabyte is cut, and the rest not kept', () => {
    const more = 'x'.repeat(BODY_LIMIT + 1)
    const long = read(`${head(OK)}${more}`)
    expect([long.body.length, long.isCut, long.isReusable]).toEqual([BODY_LIMIT, true, false])
    const exact = read(`${head(OK, `Content-Length: ${BODY_LIMIT}`)}${more.slice(1)}`)
    expect([exact.body.length, exact.isCut, exact.isReusable]).toEqual([BODY_LIMIT, false, true])
  })
})

test('keeps fields in their order, as they are written, without the blanks around', () => {
  const { status, fields } = read(head('HTTP/1.1 401 No', 'B:  x y \t', 'a:', 'b: \xfc', 'A: 1'))
  expect([status, fields]).toEqual([
    401,
    [
      ['B', 'x y'],
      ['a', ''],
      ['b', '\xfc'],
      ['A', '1'],
    ],
  ])
})

describe('reads as browsers do', () => {
  test.each([
    ['line feeds alone', `${OK}\na: b\nContent-Length: 3\n\nabc`, [['a', 'b'], LENGTH]],
    ['some line feeds alone', `${OK}\r\na: b\nContent-Length: 3\r\n\r\nabc`, [['a', 'b'], LENGTH]],
    ['an end of another kind', `${OK}\na: b\nContent-Length: 3\n\r\nabc`, [['a', 'b'], LENGTH]],
    ['no fields', `${OK}\n\nabc`, []],
  ])('%s, and asks nothing more on that connection', (_, octets, fields) => {
    for (const pieces of [[], [1], [3, 1, 1], Array(octets.length).fill(1)]) {
      const answer = read(octets, 'GET', pieces)
      expect([answer.fields, answer.body, answer.isReusable]).toEqual([fields, 'abc', false])
    }
  })

  test('a folded line as one', () => {
    const { fields } = read(head(OK, 'a: b', '\t c ', '  d', 'e: f'))
    expect(fields).toEqual([
      ['a', 'b c d'],
      ['e', 'f'],
    ])
  })

  const chunked = (body: string) => `${head(OK, 'Transfer-Encoding: chunked')}2\r\nok\r\n${body}`
  test.each([
    ['a chunk without a size', chunked('x\r\n'), 'ok'],
    ['a chunk with a sign', chunked('+1\r\na\r\n'), 'ok'],
    ['a chunk longer than it says', chunked('1\r\nab\r\n'), 'oka'],
    ['a chunk beyond all', chunked('fffffffff\r\n'), 'ok'],
    ['an endless line of a chunk', chunked(`1;${'x'.repeat(5000)}`), 'ok'],
    ['an endless trailer', chunked(`0\r\n${'a: b\r\n'.repeat(20_000)}`), 'ok'],
  ])('what came before %s', (_, octets, expected) => {
    const { body, isCut, isReusable } = read(octets)
    expect([body, isCut, isReusable]).toEqual([expected, true, false])
  })

  test('a body in the smallest of chunks as far as it is worth it, in little memory', () => {
    const reader = new ResponseReader('GET')
    reader.push(Buffer.from(head(OK, 'Transfer-Encoding: chunked')))
    let octets = 0
    while (!reader.isDone && octets < 12 * BODY_LIMIT) {
      reader.push(Buffer.from('1\r\nX\r\n'.repeat(1000)))
      octets += 6000
    }
    const { body, isCut } = reader.answer
    expect([octets <= BODY_LIMIT, body.length, isCut]).toEqual([true, 10_000, true])
    // Of its own, and not a part of what came.
    expect(body.buffer.byteLength).toBeLessThan(64 * 1024)
  })
})

describe('knows the status of what it cannot read', () => {
  const statusOf = (octets: string) => {
    const reader = new ResponseReader('GET')
    expect(() => {
      reader.push(Buffer.from(octets, 'latin1'))
      reader.end()
    }).toThrow(NotHttp)
    return reader.status
  }
  test.each([
    ['malformed fields', head(OK, 'a b'), 200],
    ['no end of its fields', `${OK}\r\na: b`, 200],
    ['endless fields', `${OK}\n${'a: b\r\n'.repeat(12_000)}`, 200],
    ['two lengths', `${head('HTTP/1.1 401 No', 'Content-Length: 1, 2')}HTTP/1.1 200 OK\r\n`, 401],
    ['an interim answer first', `${head('HTTP/1.1 103 x')}HTTP/1.1 206 x\nab\n\n`, 206],
    ['an interim answer alone', head('HTTP/1.1 103 x'), undefined],
    ['half a status line', 'HTTP/1.1 20', undefined],
    ['another protocol', 'SSH-2.0\r\n', undefined],
  ])('%s', (_, octets, status) => {
    expect(statusOf(octets)).toBe(status)
  })
})

describe('refuses', () => {
  test.each([
    [
      'another protocol',
      'SSH-2.0-OpenSSH_9.2\r\n',
      "what came is not HTTP/1.1: 'SSH-2.0-OpenSSH_9.2??'",
    ],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\n', "what came is not HTTP/1.1: 'PRI * HTTP/2.0????'"],
    ['HTTP/0.9', '<html>', "what came is not HTTP/1.1: '<html>'"],
    ['octets that steer a terminal', '\x1b[2J\x07', "what came is not HTTP/1.1: '?[2J?'"],
    ['a status that is none', head('HTTP/1.1 99 x'), 'its status line is malformed'],
    ['a status of four digits', head('HTTP/1.1 2000 x'), 'its status line is malformed'],
    ['a tab in the status line', head('HTTP/1.1\t200 x'), 'its status line is malformed'],
    ['a version that is none', head('HTTP/1.2 200 x'), 'its status line is malformed'],
    ['a blank before the colon', head(OK, 'a : b'), 'its fields are malformed'],
    ['a folded line of nothing', head(OK, ' c', 'a: b'), 'its fields are malformed'],
    ['a line without a colon', head(OK, 'abc'), 'its fields are malformed'],
    ['a control character', head(OK, 'a: b\0c'), 'its fields are malformed'],
    ['a carriage return alone', head(OK, 'a: b\rc: d'), 'its fields are malformed'],
    ['two lengths', head(OK, 'Content-Length: 1, 2'), 'its Content-Length is malformed'],
    ['a length with a sign', head(OK, 'Content-Length: +1'), 'its Content-Length is malformed'],
    [
      'a length beyond all',
      head(OK, `Content-Length: ${'9'.repeat(16)}`),
      'its Content-Length is malformed',
    ],
    ['endless fields', `${OK}\r\n${'a: b\r\n'.repeat(12_000)}`, 'its fields are longer than 64 KB'],
    ['an endless field', `${OK}\r\na: ${'x'.repeat(70_000)}`, 'its fields are longer than 64 KB'],
    ['301 fields', head(OK, ...Array(301).fill('a: b')), 'it has more than 300 fields'],
    ['interim answers without end', head('HTTP/1.1 100 x').repeat(11), 'it sends no final answer'],
    ['half of its fields', `${OK}\r\na: b\r\n`, 'it ended within its fields'],
    ['nothing', '', ''],
  ])('%s', (_, octets, message) => {
    expect(() => read(octets)).toThrow(new NotHttp(message))
  })

  test('by linear work: a long run of blanks takes no longer than a short one', () => {
    const value = `x${' '.repeat(60_000)}y`
    expect(read(head(OK, `a: ${value}`)).fields).toEqual([['a', value]])
  })

  test('whatever comes, with no error but its own', () => {
    const octets = fc
      .uint8Array({ maxLength: 40 })
      .map((all) => Buffer.from(all).toString('latin1'))
    const line = fc.constantFrom(`${OK}\r\n`, 'Transfer-Encoding: chunked\r\n', '\r\n', '5\r\n')
    fc.assert(
      fc.property(fc.array(fc.oneof(octets, line), { maxLength: 8 }), (parts) => {
        try {
          read(parts.join(''))
        } catch (error) {
          expect(error).toBeInstanceOf(NotHttp)
        }
      }),
    )
  })
})
