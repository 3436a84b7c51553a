/** The one user whom every subject lets in. Of no use anywhere else. */

export const USER_ID = 'alice'
export const PASSWORD = 'three-blind-mice-on-stage-7'
