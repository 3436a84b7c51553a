import Image from 'next/image'
import Link from 'next/link'
import stage from '@/assets/stage.jpg'
import { ProductCard } from '@/components/ProductCard'
import { Page } from '@/components/Shell'
import { StagePlan } from '@/components/StagePlan'
import { products } from '@/lib/products'

const shown = ['crown', 'fresnel', 'yorick', 'spike-tape', 'house-tabs', 'thunder-sheet']
const table = products
  .filter(({ slug }) => shown.includes(slug))
  .sort((a, b) => shown.indexOf(a.slug) - shown.indexOf(b.slug))

const cues = [
  ['Q1', 'Two weeks out', 'You send the list. We say what is in, and what to use instead.'],
  [
    'Q2',
    'Get-in, minus one',
    'We pack in show order, label every case, and load the van last-out first.',
  ],
  ['Q3', 'Get-in', 'It is at your stage door before your crew has found the kettle.'],
  ['Q4', 'Strike', 'Leave it on the props table. We count it, we collect it, you go to the party.'],
] as const

export default function Home() {
  return (
    <Page name="home" className="home">
      <section className="hero">
        <div className="hero-picture">
          <Image
            src={stage}
            alt=""
            fill
            sizes="100vw"
            placeholder="blur"
            loading="eager"
            fetchPriority="high"
          />
        </div>
        <div className="wrap hero-text">
          <h1>
            Everything
            <br />
            waiting in
            <br />
            the wings
          </h1>
          <p>
            Lamps, ropes, drapes, props and weather. Hired by the week, packed in show order, back
            before anybody misses it.
          </p>
          <p className="row">
            <Link className="button" href="/products">
              See the catalogue
            </Link>
            <Link className="button quiet" href="/pricing">
              Hire rates
            </Link>
          </p>
        </div>
      </section>

      <section className="wrap page">
        <div className="section-head">
          <h2>On the props table</h2>
          <Link href="/products">All {products.length} things we keep</Link>
        </div>
        <div className="grid">
          {table.map((product) => (
            <ProductCard key={product.slug} product={product} />
          ))}
        </div>
      </section>

      <section className="cues">
        <div className="wrap">
          <h2>How a hire runs</h2>
          <ol>
            {cues.map(([cue, when, what]) => (
              <li key={cue}>
                <span className="cue">{cue}</span>
                <strong>{when}</strong>
                <span>{what}</span>
              </li>
            ))}
          </ol>
        </div>
      </section>

      <section className="wrap page sides">
        <StagePlan />
        <div>
          <h2>Stage left is on your right</h2>
          <p>
            Left and right belong to whoever stands on the stage and looks at the audience. So when
            the prompt book says the ghost enters left, look right, and look for the yellow cross.
          </p>
          <p>
            <Link href="/about">Who we are</Link>
          </p>
        </div>
      </section>
    </Page>
  )
}
