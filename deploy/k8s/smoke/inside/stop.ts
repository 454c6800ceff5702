// Tells process 1 to stop, as the kubelet does after preStop. This one is killed with it, when the container ends.
console.log("sent");
process.kill(1, "SIGTERM");
setInterval(() => {}, 1_000);
