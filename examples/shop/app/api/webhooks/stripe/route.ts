/**
 * Stands for a payment provider’s webhook. The provider has no credentials for the gate,
 * so this path is opened; a real handler checks the provider’s own signature here.
 */
export const POST = () => Response.json({ received: true })
