/** The account that exists before anybody registers. Local only: in a cluster it comes from a Secret. */
export const admin = { email: "admin@lacio.test", password: "lacio-admin-local" };

/** Who is in the salon that `npm start` opens. No log may name any of them, which is looked at after tests. */
export const stylists = {
  valentina: { name: "Valentina Ríos", email: "valentina@lacio.test" },
  camila: { name: "Camila Torres", email: "camila@lacio.test" },
  daniela: { name: "Daniela Mejía", email: "daniela@lacio.test" },
  andres: { name: "Andrés Quintero", email: "andres@lacio.test" },
  luisa: { name: "Luisa Fernanda Gómez", email: "luisa@lacio.test" },
};
export const client = { email: "cliente@lacio.test", name: "Laura Martínez", phone: "+57 300 123 4567", locale: "es" };
export const password = "lacio-demo-2026";
