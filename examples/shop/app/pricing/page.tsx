import type { Metadata } from 'next'
import Link from 'next/link'
import { Page } from '@/components/Shell'

export const metadata: Metadata = {
  title: 'Hire rates',
  description: 'What a week costs, what a run costs, and what a broken one costs.',
}

const accounts = [
  {
    name: 'Fringe',
    who: 'For companies with a van made of favours',
    off: 'List price',
    terms: {
      Deposit: 'A quarter',
      Delivery: 'Collect, or £40',
      'If it breaks': 'Tell us. Halves.',
    },
  },
  {
    name: 'Rep',
    who: 'For houses that open something every month',
    off: '20% off',
    terms: {
      Deposit: 'None',
      Delivery: 'Free within 40 miles',
      'If it breaks': 'First one is ours',
    },
  },
  {
    name: 'House',
    who: 'For theatres that would like a key to our yard',
    off: '35% off',
    terms: { Deposit: 'None', Delivery: 'Free, and we carry', 'If it breaks': 'It happens' },
  },
] as const

const weeks = [
  ['1 week', '100%', '£28'],
  ['2 weeks', '150%', '£42'],
  ['3 to 6 weeks', '25% for each week after the second', '£49 to £70'],
  ['A season, 12 weeks', '300%', '£84'],
] as const

export default function Pricing() {
  return (
    <Page name="pricing">
      <h1>Hire rates</h1>
      <p className="lead">
        One price a week, on every page. The longer it stays with you, the less we think about it.
      </p>
      <div className="accounts">
        {accounts.map(({ name, who, off, terms }) => (
          <section key={name}>
            <h2>{name}</h2>
            <p className="muted">{who}</p>
            <p className="off">{off}</p>
            <dl className="facts">
              {Object.entries(terms).map(([term, value]) => (
                <div key={term}>
                  <dt>{term}</dt>
                  <dd>{value}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <section className="department">
        <h2>By the week</h2>
        <table className="rates">
          <thead>
            <tr>
              <th scope="col">You keep it</th>
              <th scope="col">You pay, of one week</th>
              <th scope="col">
                The <Link href="/products/crown">crown</Link>, say
              </th>
            </tr>
          </thead>
          <tbody>
            {weeks.map(([time, share, example]) => (
              <tr key={time}>
                <th scope="row">{time}</th>
                <td>{share}</td>
                <td>{example}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Page>
  )
}
