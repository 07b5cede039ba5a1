// jobs.mjs - what the drivers do alike: jobs from standard input, one JSON object a line, and a result for each; traces beside each other.
import { createInterface } from 'node:readline';

// The first line that differs, after those before it; null when there is none.
export const difference = (a, b) => {
  const i = a.findIndex((line, k) => line !== b[k]);
  const at = i < 0 ? a.length : i;
  return a.length === b.length && i < 0 ? null : `line ${at}: ${a.slice(Math.max(0, at - 2), at + 1).join(' | ')} -- against -- ${b[at]}`;
};

// True when no result told of anything.
export async function runJobs(run) {
  let good = true;
  for await (const line of createInterface({ input: process.stdin })) {
    if (!line.trim()) continue;
    const job = JSON.parse(line);
    let result;
    try {
      result = run(job);
    } catch (error) {
      result = { told: error.stack };
    }
    good &&= !('told' in result);
    console.log(JSON.stringify({ name: job.name, ...result }));
  }
  return good;
}
