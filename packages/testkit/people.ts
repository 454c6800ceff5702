/** The account that exists before anybody registers. Local only: in a cluster it comes from a Secret. */
export const admin = { email: "admin@lacio.test", password: "lacio-admin-local" };

/** The people of the demo salon. After tests the logs are searched for their data (people-in-logs.ts). */
export const stylists = {
  valentina: { name: "Valentina Ríos", email: "valentina@lacio.test" },
  camila: { name: "Camila Torres", email: "camila@lacio.test" },
  daniela: { name: "Daniela Mejía", email: "daniela@lacio.test" },
  andres: { name: "Andrés Quintero", email: "andres@lacio.test" },
  luisa: { name: "Luisa Fernanda Gómez", email: "luisa@lacio.test" },
};
export const client = { email: "cliente@lacio.test", name: "Laura Martínez", phone: "+57 300 123 4567", locale: "es" };
export const password = "lacio-demo-2026";
