import { create, toBinary, type DescFile, type DescService } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import type { ConnectRouter } from "@connectrpc/connect";
import { ServerReflection, ServerReflectionResponseSchema } from "@lacio/proto/grpc/reflection/v1/reflection";
import type { ServerReflectionRequest, ServerReflectionResponse } from "@lacio/proto/grpc/reflection/v1/reflection";

/** grpc.reflection.v1 for tools such as grpcurl, in development only. */
export function serveReflection(router: ConnectRouter, services: DescService[]): void {
  const files = new Map<string, DescFile>();
  for (const service of services) collect(service.file, files);
  router.service(ServerReflection, {
    async *serverReflectionInfo(requests) {
      for await (const request of requests) {
        const messageResponse = answer(request, services, files);
        yield create(ServerReflectionResponseSchema, { originalRequest: request, validHost: request.host, messageResponse });
      }
    },
  });
}

type Answer = ServerReflectionResponse["messageResponse"];

function answer(request: ServerReflectionRequest, services: DescService[], files: Map<string, DescFile>): Answer {
  const asked = request.messageRequest;
  if (asked.case === "listServices")
    return { case: "listServicesResponse", value: { service: services.map(({ typeName }) => ({ name: typeName })) } } as Answer;
  let file: DescFile | undefined;
  if (asked.case === "fileByFilename") file = files.get(asked.value);
  if (asked.case === "fileContainingSymbol") file = withSymbol(asked.value, files);
  if (!file) return { case: "errorResponse", value: { errorCode: 5, errorMessage: "not found" } } as Answer;
  const needed = new Map<string, DescFile>();
  collect(file, needed);
  const fileDescriptorProto = [...needed.values()].map((one) => toBinary(FileDescriptorProtoSchema, one.proto));
  return { case: "fileDescriptorResponse", value: { fileDescriptorProto } } as Answer;
}

function collect(file: DescFile, into: Map<string, DescFile>): void {
  if (into.has(file.proto.name)) return;
  into.set(file.proto.name, file);
  for (const dependency of file.dependencies) collect(dependency, into);
}

function withSymbol(symbol: string, files: Map<string, DescFile>): DescFile | undefined {
  return [...files.values()].find(({ messages, enums, services }) =>
    [...messages, ...enums, ...services].some(({ typeName }) => symbol === typeName || symbol.startsWith(`${typeName}.`)),
  );
}
