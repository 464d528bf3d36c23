// SPDX-License-Identifier: Apache-2.0
// Dump with the newer pg_dump that the npm package @electric-sql/pglite-tools holds (its own function
// gives inserts only, and text only). Usage: node pglite-dump.mjs PACKAGES SQL OUT ARGS...
// PACKAGES is the node_modules with it and @electric-sql/pglite; OUT gets the file as pg_dump wrote it.
import { copyFileSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const [packages, sqlFile, out, ...args] = process.argv.slice(2);
const scope = resolve(packages, "@electric-sql");
const dist = join(scope, "pglite-tools/dist");
const chunk = readdirSync(dist).find((name) => /^chunk-.*\.js$/.test(name));
const opened = join(dist, "opened.mjs");
const source = readFileSync(join(dist, chunk), "utf8");
const factory = /\bawait (\w+)\(\{noExitRuntime/.exec(source)[1];
writeFileSync(opened, `${source}\nexport { ${factory} as factory };\n`);

const { PGlite } = await import(join(scope, "pglite/dist/index.js"));
const { hstore } = await import(join(scope, "pglite/dist/contrib/hstore.js"));
const { factory: newPgDump } = await import(opened);
rmSync(opened);

const pg = new PGlite({ extensions: { hstore } });
try {
	await pg.exec(readFileSync(sqlFile, "utf8"));
} catch (error) {
	console.error(`${sqlFile}: ${error.message}`);
	process.exit(1);
}

let answer = new Uint8Array();
let messages = "";
let status = 0;
const mod = await newPgDump({
	noExitRuntime: false,
	print: (line) => { messages += `${line}\n`; },
	printErr: (line) => { messages += `${line}\n`; },
	onExit: (code) => { status = code; },
	preRun: [
		(m) => {
			Object.assign(m.ENV, { HOME: "/home/postgres", USER: "postgres", LOGNAME: "postgres", PGTZ: "UTC" });
			m.onRuntimeInitialized = () => {
				const write = m.addFunction((at, length) => {
					pg.execProtocolRawStream(m.HEAPU8.slice(at, at + length), {
						onRawData: (bytes) => { answer = Buffer.concat([answer, bytes]); },
					});
					return length;
				}, "iii");
				const read = m.addFunction((at, room) => {
					const n = Math.min(room, answer.length);
					m.HEAP8.set(answer.subarray(0, n), at);
					answer = answer.subarray(n);
					return n;
				}, "iii");
				m._pgl_set_rw_cbs(read, write);
				m.FS.chmod("/home/postgres/.pgpass", 0o600);
			};
		},
	],
});
mod.callMain([...args, "-U", "postgres", "-f", "/tmp/out"]);
process.stderr.write(messages);
if (status === 0)
	writeFileSync(out, mod.FS.readFile("/tmp/out"));
process.exit(status);
