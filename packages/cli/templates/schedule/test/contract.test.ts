import { test } from 'node:test';
import { scheduleContract } from '@espalier/core/testing';
import plugin, { myComponent } from '../src/index.ts';

scheduleContract({ test }, () => myComponent(), { plugins: [plugin] });
