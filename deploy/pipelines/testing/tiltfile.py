"""Evaluates a Tiltfile with stand-ins for Tilt's functions. Reads {tiltfile, manifests, json, subcommand} from stdin as JSON, prints the calls that
Tilt would have got as {calls: [[name, {parameter: value}]]}, or {error}. The signatures are those of docs.tilt.dev/api.html, so that a misspelt
parameter is an error here, too."""

import inspect
import json
import sys

import starlark
from starlark import from_value, to_value

given = json.load(sys.stdin)
calls = []


def recorded(signature, answer=lambda **_: None):
    """A function of Tilt: `signature` is a Python function that has only its parameters."""
    parameters = inspect.signature(signature)

    def call(*positional, **named):
        bound = parameters.bind(*map(from_value, positional), **{key: from_value(value) for key, value in named.items()})
        calls.append([signature.__name__, json.loads(json.dumps(bound.arguments))])
        bound.apply_defaults()
        return to_value(answer(**bound.arguments), mutability=mutable)

    return starlark.BuiltinFunction(signature.__name__, call)


def docker_build(ref, context, build_args={}, dockerfile="Dockerfile", dockerfile_contents="", live_update=[], match_in_env_vars=False, ignore=[], only=[], entrypoint=[], target="", ssh="", network="", extra_tag="", secret="", container_args=[], cache_from=[], pull=False, platform="", extra_hosts=[]): ...
def k8s_yaml(yaml, allow_duplicates=False): ...
def k8s_resource(workload="", new_name="", port_forwards=[], extra_pod_selectors=[], trigger_mode=None, resource_deps=[], objects=[], auto_init=True, pod_readiness="", links=[], labels=[], discovery_strategy=""): ...
def local_resource(name, cmd="", deps=[], trigger_mode=None, resource_deps=[], ignore=[], auto_init=True, serve_cmd="", cmd_bat="", serve_cmd_bat="", allow_parallel=False, links=[], env={}, serve_env={}, readiness_probe=None, dir="", serve_dir="", labels=[]): ...
def local(command, quiet=False, command_bat="", echo_off=False, env={}, dir="", stdin=None): ...
def fall_back_on(files): ...
def sync(local_path, remote_path): ...
def link(url, name=""): ...
def helm(pathToChartDir, name="", namespace="", values=[], set=[], kube_version="", skip_crds=False): ...
def kustomize(pathToDir, kustomize_bin="", flags=[]): ...
def read_json(path, default=None): ...
def decode_yaml_stream(yaml): ...
def encode_yaml_stream(objects): ...


mutable = starlark.Mutability("tiltfile")
of = lambda path: given["manifests"][path]
predeclared = {
    function.__name__: recorded(function, answer)
    for function, answer in [
        (docker_build, lambda **_: None),
        (k8s_yaml, lambda **_: None),
        (k8s_resource, lambda **_: None),
        (local_resource, lambda **_: None),
        (local, lambda **_: ""),
        (fall_back_on, lambda files: {"fall_back_on": files}),
        (sync, lambda **paths: {"sync": paths}),
        (link, lambda **what: what),
        (helm, lambda pathToChartDir, **_: of(pathToChartDir)),
        (kustomize, lambda pathToDir, **_: of(pathToDir)),
        (read_json, lambda path, **_: given["json"][path]),
        (decode_yaml_stream, lambda yaml: yaml),
        (encode_yaml_stream, lambda objects: objects),
    ]
}
predeclared["config"] = starlark.namespace("config", {"tilt_subcommand": given["subcommand"]})
predeclared["TRIGGER_MODE_MANUAL"] = "manual"

try:
    starlark.exec_file(given["tiltfile"], "Tiltfile", predeclared=predeclared)
    print(json.dumps({"calls": calls}))
except Exception as error:
    print(json.dumps({"error": f"{type(error).__name__}: {error}"}))
