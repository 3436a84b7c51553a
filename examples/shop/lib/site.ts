/** Where the shop says it lives: in the sitemap, robots.txt and share images. */
export const siteUrl = process.env.SITE_URL || 'https://stage-left.example'
