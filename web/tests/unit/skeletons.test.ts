import { describe, expect, it } from 'vitest';

import { mirroredByName, placesOf, readSkeleton, TEMPLATES, writeSkeleton } from '~/features/project/skeletons';

const FACE = { points: 'nose\nleft eye\nright eye', lines: 'nose - left eye\nnose – right eye', mirrors: '' };

describe('a skeleton as text', () => {
  it('is read row by row and written as it was', () => {
    const read = readSkeleton(FACE);
    expect(read).toEqual({
      keypoints: ['nose', 'left eye', 'right eye'],
      skeleton: [
        [0, 1],
        [0, 2],
      ],
      symmetry: [],
      wrong: {},
    });
    expect(readSkeleton(writeSkeleton(read))).toEqual(read);
  });

  it('says what is wrong with it, by its field', () => {
    const wrong = (change: Partial<typeof FACE>): unknown => readSkeleton({ ...FACE, ...change }).wrong;
    expect(wrong({ points: 'a\na', lines: '' })).toEqual({ points: 'There are two points named a' });
    expect(wrong({ lines: 'nose' })).toEqual({ lines: 'Write two points with “ - ” between them, not “nose”' });
    expect(wrong({ lines: 'nose - chin' })).toEqual({ lines: 'There is no point named chin' });
    expect(wrong({ mirrors: 'nose - nose' })).toEqual({ mirrors: 'nose is joined with itself' });
    expect(wrong({ mirrors: 'nose - left eye\nright eye - nose' })).toEqual({ mirrors: 'nose has two mirror images' });
  });

  it('keeps names that have a hyphen of their own', () => {
    expect(readSkeleton({ points: 'mid-left\nmid-right', lines: 'mid-left - mid-right', mirrors: '' }).skeleton).toEqual([
      [0, 1],
    ]);
  });
});

describe('templates', () => {
  it('hang together: every line and pair is of points they have, and every point has a place', () => {
    for (const template of TEMPLATES) {
      expect(readSkeleton(writeSkeleton(template))).toEqual({
        keypoints: template.keypoints,
        skeleton: template.skeleton,
        symmetry: template.symmetry,
        wrong: {},
      });
      expect(template.places).toHaveLength(template.keypoints.length);
      for (const [x, y] of template.places) {
        expect(x).toBeGreaterThanOrEqual(0);
        expect(x).toBeLessThanOrEqual(1);
        expect(y).toBeGreaterThanOrEqual(0);
        expect(y).toBeLessThanOrEqual(1);
      }
    }
    expect(TEMPLATES[0]?.symmetry).toHaveLength(8);
  });

  it('pairs go by left and right in the names', () => {
    expect(mirroredByName(['Left_Hip', 'right_hip', 'left knee', 'nose'])).toEqual([[0, 1]]);
    expect(placesOf(['a', 'b'])).toHaveLength(2);
  });
});
