import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const ivBytes = 12;
const tagBytes = 16;

/** Encrypts with the first of the keys, decrypts with any of them (AES-256-GCM). */
export function createSeal(keys: Buffer[]) {
  return {
    close(text: string): Buffer {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv("aes-256-gcm", keys[0]!, iv);
      return Buffer.concat([iv, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
    },

    /** `by`: the number of the key that opens it; undefined where none does. */
    open(sealed: Buffer): { text: string; by: number } | undefined {
      for (const [by, key] of keys.entries()) {
        const text = opened(sealed, key);
        if (text !== undefined) return { text, by };
      }
      return undefined;
    },
  };
}

// GCM authenticates: with another key, or of damaged bytes, final() throws.
function opened(sealed: Buffer, key: Buffer): string | undefined {
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, ivBytes)).setAuthTag(sealed.subarray(-tagBytes));
    return Buffer.concat([decipher.update(sealed.subarray(ivBytes, -tagBytes)), decipher.final()]).toString("utf8");
  } catch {
    return undefined;
  }
}
