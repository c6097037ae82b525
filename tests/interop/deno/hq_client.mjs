// SPDX-License-Identifier: GPL-2.0-only
// HTTP/0.9 client on Deno's QUIC: hq_client.mjs MODE HOST PORT CA FOLDER NAME...
// MODE: together (one connection), apart (one for each file), again (the first file, then the others on a connection that
// resumes it), early (... with 0-RTT).
const [mode, hostname, port, ca, folder, ...names] = Deno.args;
const caCerts = [await Deno.readTextFile(ca)];

function bind() {
  return new Deno.QuicEndpoint({ hostname: hostname.includes(":") ? "::" : "0.0.0.0", port: 0 });
}

// A ticket belongs to the endpoint.
function connect(endpoint, zeroRtt) {
  return Deno.connectQuic({
    hostname, port: Number(port), serverName: "server.test", alpnProtocols: ["hq-interop"], caCerts, endpoint, zeroRtt,
  });
}

async function get(conn, name) {
  const stream = await conn.createBidirectionalStream({ waitUntilAvailable: true });
  const writer = stream.writable.getWriter();
  await writer.write(new TextEncoder().encode(`GET /${name}\r\n`));
  await writer.close();
  const file = await Deno.open(`${folder}/${name}`, { write: true, create: true, truncate: true });
  await stream.readable.pipeTo(file.writable);
}

async function fetchAll(conn, list) {
  await Promise.all(list.map((name) => get(conn, name)));
}

async function run(list, endpoint, zeroRtt) {
  const pending = connect(endpoint, zeroRtt);
  if (zeroRtt) console.log(pending instanceof Promise ? "no 0-RTT: no ticket" : "0-RTT is tried");
  const conn = await pending;
  await fetchAll(conn, list);
  conn.close({ closeCode: 0, reason: "" });
  await conn.closed.catch(() => {});
}

if (mode === "together") {
  await run(names, bind());
} else if (mode === "apart") {
  for (const name of names) await run([name], bind());
} else {
  const endpoint = bind();
  await run(names.slice(0, 1), endpoint, mode === "early");
  await run(names.slice(1), endpoint, mode === "early");
}
Deno.exit(0);
