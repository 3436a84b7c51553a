import type { GetStaticProps } from 'next'
import Head from 'next/head'
import Image from 'next/image'
import Link from 'next/link'
import { Page } from '@/components/Shell'
import { products } from '@/lib/products'

interface Props {
  things: number
  pieces: number
}

export const getStaticProps: GetStaticProps<Props> = () => ({
  props: {
    things: products.length,
    pieces: products.reduce((sum, { stock }) => sum + stock, 0),
  },
})

export default function About({ things, pieces }: Props) {
  return (
    <Page name="about">
      <Head>
        <title>About us · Stage Left</title>
        <meta name="description" content="A store room, a van and eleven keys." />
      </Head>
      <div className="product">
        <div className="spiked drapes">
          <Image
            src="/images/house-tabs.jpg"
            alt="Our own house tabs, parted."
            width={1200}
            height={900}
            sizes="(max-width: 56rem) 92vw, 40rem"
            loading="eager"
          />
        </div>
        <div>
          <h1>A store room, a van and eleven keys</h1>
          <p className="lead">
            {pieces} pieces of {things} kinds, in one former paint frame behind the market.
          </p>
          <p>
            We began in 1987 with a skull that a company forgot to collect. They never came back for
            it; somebody else asked to borrow it, and somebody after that. By the autumn there was a
            waiting list, and we bought a second skull.
          </p>
          <p>
            We still work the same way. Everything has a bay, every bay has a label, and whoever
            answers the telephone has carried the thing you are asking about.
          </p>
          <p className="row">
            <Link className="button" href="/products">
              See the catalogue
            </Link>
          </p>
        </div>
      </div>
    </Page>
  )
}
