import type { StaticImageData } from 'next/image'
import ghostLight from '@/assets/ghost-light.jpg'

export const departments = ['Lamps', 'Rigging', 'Drapes', 'Props', 'Effects'] as const
export type Department = (typeof departments)[number]

export interface Product {
  slug: string
  name: string
  department: Department
  /** Pounds for one week of hire. */
  weekly: number
  line: string
  story: string
  facts: Record<string, string>
  image: string | StaticImageData
  alt: string
  /** Where it lives in the store room, and how many are in. */
  bay: string
  stock: number
}

export const products: Product[] = [
  {
    slug: 'ghost-light',
    name: 'Ghost light',
    department: 'Lamps',
    weekly: 18,
    line: 'One bare bulb, left burning when everybody has gone home.',
    story:
      'A weighted base that nobody can kick over, a brass cage, and a 25 W amber bulb on its own circuit. Stand it centre stage at the end of the night. Some say it keeps the ghosts company; we say it keeps you out of the orchestra pit.',
    facts: { Height: '1.9 m', Weight: '14 kg', Bulb: '25 W amber, E27', Cable: '10 m, black' },
    // The one static import: it is served from /_next/static/media under a hashed name.
    image: ghostLight,
    alt: 'A caged bulb on a stand lights an empty stage; the cage throws petals of shadow on the boards.',
    bay: 'A1',
    stock: 6,
  },
  {
    slug: 'fresnel',
    name: 'Fresnel, 650 W',
    department: 'Lamps',
    weekly: 12,
    line: 'A soft-edged lantern with four doors and no opinions.',
    story:
      'The lantern you reach for when you do not want the audience to notice a lantern. Spot to flood in one slide, barn doors that stay where you leave them, and a safety bond that we check before it leaves.',
    facts: { Beam: '7° to 50°', Weight: '4.2 kg', Lamp: 'T26, 650 W', Fitting: 'Hook clamp, bond' },
    image: '/images/fresnel.jpg',
    alt: 'A black lantern with barn doors hangs from a bar and throws a warm beam into blue haze.',
    bay: 'A4',
    stock: 42,
  },
  {
    slug: 'hemp-line',
    name: 'Hemp line, 30 m',
    department: 'Rigging',
    weekly: 9,
    line: 'Three-strand, pre-stretched, and it smells right.',
    story:
      'Manila for hemp houses and for anybody who needs a rope that reads as a rope from row M. Whipped at both ends in orange, coiled clockwise, and retired after every second season.',
    facts: {
      Length: '30 m',
      Diameter: '16 mm',
      Use: 'Dressing, dead-tied flats',
      Load: 'Not for people',
    },
    image: '/images/hemp-line.jpg',
    alt: 'A coil of pale rope on floorboards, its ends whipped in orange twine.',
    bay: 'B2',
    stock: 18,
  },
  {
    slug: 'spike-tape',
    name: 'Spike tape, five colours',
    department: 'Rigging',
    weekly: 15,
    line: 'So the sofa is where it was last night.',
    story:
      'Half-inch cloth tape in yellow, pink, green, orange and blue: one colour an act, or one a department, and nobody argues in the dark. Bring back what is left on the rolls; we count in turns.',
    facts: {
      Width: '12 mm',
      Length: '5 rolls of 25 m',
      Backing: 'Matt cloth',
      Residue: 'None within a month',
    },
    image: '/images/spike-tape.jpg',
    alt: 'Five rolls of bright cloth tape on grey boards, with a pink cross and a yellow corner marked on the floor.',
    bay: 'B5',
    stock: 120,
  },
  {
    slug: 'house-tabs',
    name: 'House tabs, wine velvet',
    department: 'Drapes',
    weekly: 140,
    line: 'A pair of curtains that makes any room a theatre.',
    story:
      'Wool velvet at half fullness again, bullion fringe, chain in the hem. They fly, they travel, or they swag like these. Flameproofed in May; the certificate travels in the bag.',
    facts: { Drop: '6 m', Width: '2 × 5 m', Fullness: '50%', Fire: 'BS 5867 type B' },
    image: '/images/house-tabs.jpg',
    alt: 'Red velvet curtains with a gold fringe, parted at the middle so that warm light spills on the stage.',
    bay: 'C1',
    stock: 3,
  },
  {
    slug: 'yorick',
    name: 'Yorick',
    department: 'Props',
    weekly: 22,
    line: 'A fellow of infinite jest. Jaw now fixed.',
    story:
      'Cast resin, hand-painted, light enough for one hand and a long speech. Forty-one Hamlets so far. He comes with two books to sit on and a spare tooth in an envelope.',
    facts: {
      Weight: '680 g',
      Material: 'Resin, matt lacquer',
      Jaw: 'Fixed since 2019',
      Credits: '41 Hamlets',
    },
    image: '/images/yorick.jpg',
    alt: 'A skull rests on two old books in front of a green backdrop.',
    bay: 'D3',
    stock: 4,
  },
  {
    slug: 'crown',
    name: 'Crown, slightly dented',
    department: 'Props',
    weekly: 28,
    line: 'Heavy enough for the head that wears it.',
    story:
      'Brass, eight points, glass stones. The dent came with a Macbeth in 2014 and has improved every king since. Padded inside for long coronations; the cushion is included.',
    facts: {
      'Inside round': '58 cm, padded',
      Weight: '1.1 kg',
      Stones: 'Eight, glass',
      Dents: 'One',
    },
    image: '/images/crown.jpg',
    alt: 'A gold crown set with glass stones on a purple cushion with tassels.',
    bay: 'D7',
    stock: 2,
  },
  {
    slug: 'thunder-sheet',
    name: 'Thunder sheet',
    department: 'Effects',
    weekly: 34,
    line: 'A storm in one steel sheet. Shake to taste.',
    story:
      'Thin rolled steel on a bar with two wooden handles. A nudge is a rumble two counties away; a good heave is Lear. No cue stack, no licence, no batteries.',
    facts: {
      Size: '1.2 × 2.4 m',
      Gauge: '0.7 mm',
      Hangs: 'Two chains, 0.5 t',
      Warn: 'The box office',
    },
    image: '/images/thunder-sheet.jpg',
    alt: 'A rippling steel sheet with two wooden handles hangs from chains in blue light.',
    bay: 'E1',
    stock: 1,
  },
]

export const findProduct = (slug: string) => products.find((product) => product.slug === slug)

/** Products with a word that starts with the query; an empty query finds nothing. */
export function searchProducts(query: string): Product[] {
  const wanted = query.trim().toLowerCase()
  if (!wanted) return []
  return products.filter(({ name, department, line, story }) =>
    ` ${name} ${department} ${line} ${story}`.toLowerCase().includes(` ${wanted}`),
  )
}

export const pounds = (amount: number) => `£${amount.toLocaleString('en-GB')}`
