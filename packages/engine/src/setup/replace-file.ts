import { rename, rm } from 'node:fs/promises';

/** Two processes may write the same file: each makes its own and renames it. Node.js loads addons only from `.node` files. */
export async function replaceFile(target: string, write: (file: string) => Promise<void>): Promise<void> {
  const own = `${target}.${process.pid}.node`;
  try {
    await write(own);
    await rename(own, target);
  } finally {
    await rm(own, { force: true });
  }
}
