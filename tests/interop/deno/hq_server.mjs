// SPDX-License-Identifier: GPL-2.0-only
// HTTP/0.9 server on Deno's QUIC: hq_server.mjs HOST PORT CERT KEY FOLDER [early | prefer ADDR:PORT]
const [host, port, cert, key, folder, mode, preferred] = Deno.args;

async function answer(stream) {
  let text = "";
  for await (const bytes of stream.readable) text += new TextDecoder().decode(bytes);
  const name = /^GET \/([\w.-]+)/.exec(text)?.[1];
  const file = await Deno.open(`${folder}/${name}`);
  await file.readable.pipeTo(stream.writable);
}

async function serve(conn) {
  for await (const stream of conn.incomingBidirectionalStreams) {
    answer(stream).catch((e) => console.error("stream:", e.message));
  }
}

// a preferred address is another one of the same socket
const endpoint = new Deno.QuicEndpoint({ hostname: mode === "prefer" ? "0.0.0.0" : host, port: Number(port) });
const listener = endpoint.listen({
  cert: await Deno.readTextFile(cert),
  key: await Deno.readTextFile(key),
  alpnProtocols: ["hq-interop"],
  ...(mode === "prefer" ? { preferredAddressV4: preferred } : {}),
});
console.log("listening");
for await (const incoming of listener) {
  (async () => serve(await incoming.accept(mode === "early" ? { zeroRtt: true } : {})))()
    .catch((e) => console.error("connection:", e.message));
}
