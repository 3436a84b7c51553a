// TypeScript 6 wants a type for `import './globals.css'`; Next.js 15 declares none.
declare module '*.css'
