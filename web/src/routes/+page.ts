// Everything here is links and text: no script is sent.
export const csr = false;
