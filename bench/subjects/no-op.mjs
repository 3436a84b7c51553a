/** Lets everything through: what a middleware costs that does nothing. */
import { NextResponse } from 'next/server'

export const create = () => () => NextResponse.next()
