// Only text: no script is sent.
export const csr = false;
