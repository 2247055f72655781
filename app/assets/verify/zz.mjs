import { openAsBlob } from "node:fs"; import { Verifier } from "./verifier.js";
const b = await openAsBlob(process.argv[2]); const t=performance.now(); let s=t;
await new Verifier(b,{},(m)=>{ if(m.state||m.verdict){const n=performance.now(); console.log(m.step??m.verdict,m.state??"",(n-s).toFixed(0),m.detail??""); s=n;} }).run();
console.log(performance.now()-t, process.memoryUsage().rss/1e6);
