#!/usr/bin/env python3
"""pycocotools-check TANDEM   what Tandem exports, read by COCO's reference implementation.

Imports real COCO and LabelMe files with the tandem command, exports them, and checks with pycocotools that the file loads, that every annotation
has a mask, that masks are as large as we say, and that the annotations evaluated against themselves give an average precision of 1. Then
the export is imported and exported again and must be the same. The demo's projects (turned boxes, outlines with several
parts) go through the same. Sample files are read from TANDEM_SHARED_DATA or ../shared/data/dev; without them only the demo is checked.
The last line counts: "N passed, N failed".
"""
import contextlib
import io
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import traceback

import numpy as np
from pycocotools import mask as mask_utils
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

TANDEM = sys.argv[1]
ROOT = pathlib.Path(__file__).resolve().parent.parent
DATA = pathlib.Path(os.environ.get("TANDEM_SHARED_DATA", ROOT / "../shared/data/dev")) / "A_images"
SAMPLES = [
    ("coco", "keypoints/coco/test_coco.json", None),
    ("coco", "keypoints/coco/test_coco_wholebody.json", None),
    ("coco", "voc_multiformat/coco/instances_default.json", "voc_multiformat/images"),
    ("coco", "voc_multiformat/coco/instances_v2.json", "voc_multiformat/images"),
    ("coco", "labelme/instance_segmentation_coco/annotations.json", None),
    ("coco", "datumaro_fixtures/coco_dataset/coco/annotations/instances_val.json", None),
    ("coco", "datumaro_fixtures/coco_dataset/coco/annotations/person_keypoints_val.json", None),
    ("labelme", "labelme/primitives", None),
    ("labelme", "labelme/instance_segmentation", None),
]
DEMO = ["Parking from above", "Harbour", "City street", "Warehouse shelves"]

passed = failed = 0


def check(name, condition, says=""):
    global passed, failed
    if condition:
        passed += 1
    else:
        failed += 1
        print(f"FAILED {name}: {says}")


def tandem(*arguments, expect=0):
    done = subprocess.run([TANDEM, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != expect:
        raise RuntimeError(f"tandem {' '.join(map(str, arguments))} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def quiet():
    return contextlib.redirect_stdout(io.StringIO())


def mean_precision(coco, kind, annotations):
    """Average precision of the annotations as their own detections."""
    # Detections with masks must be run lengths.
    shape = {"bbox": lambda a: {"bbox": a["bbox"]}, "segm": lambda a: {"segmentation": coco.annToRLE(a)}}[kind]
    detections = [{"image_id": a["image_id"], "category_id": a["category_id"], "score": 1.0, **shape(a)} for a in annotations]
    with quiet():
        evaluation = COCOeval(coco, coco.loadRes(detections), kind)
        evaluation.params.maxDets = [1000]
        evaluation.params.areaRng, evaluation.params.areaRngLbl = [[0, 1e10]], ["all"]
        evaluation.evaluate()
        evaluation.accumulate()
    precision = evaluation.eval["precision"]
    precision = precision[precision > -1]
    return float(np.mean(precision)) if precision.size else 1.0


def read(path, name):
    """What pycocotools makes of an export."""
    with quiet():
        coco = COCO(str(path))
        coco.createIndex()
    annotations = list(coco.anns.values())
    check(f"{name}: every id is used once", len(annotations) == len(coco.dataset["annotations"]))
    check(f"{name}: images and categories are there", all(a["image_id"] in coco.imgs and a["category_id"] in coco.cats for a in annotations))
    masks = {a["id"]: coco.annToMask(a) for a in annotations}
    sizes = all(masks[a["id"]].shape == (coco.imgs[a["image_id"]]["height"], coco.imgs[a["image_id"]]["width"]) for a in annotations)
    check(f"{name}: every annotation has a mask of its image's size", sizes)
    for a in annotations:
        if isinstance(a["segmentation"], dict) and "tandem" not in a:
            runs = a["segmentation"]
            area = int(mask_utils.area(runs if isinstance(runs["counts"], str) else mask_utils.frPyObjects(runs, *runs["size"])))
            check(f"{name}: mask {a['id']} decodes to its area", area == int(masks[a["id"]].sum()))
    mine = [a for a in annotations if not a["iscrowd"]]
    if mine:
        check(f"{name}: boxes match themselves", (ap := mean_precision(coco, "bbox", mine)) > 0.9999, ap)
    # A line or a point covers no pixel: there is no mask to compare.
    seen = {a["id"] for a in mine if masks[a["id"]].any()}
    if seen and len(seen) == len(mine):
        check(f"{name}: masks match themselves", (ap := mean_precision(coco, "segm", mine)) > 0.9999, ap)
    return coco


def same(a, b, name):
    """Two exports say the same but for what is new by design: nothing."""
    first, second = json.loads(a.read_text()), json.loads(b.read_text())
    first["info"] = second["info"] = None
    for part in first:
        check(f"{name}: {part} are the same after another import and export", first[part] == second[part], differing(first[part], second[part]))


def differing(a, b):
    pairs = [(x, y) for x, y in zip(a or [], b or []) if x != y]
    return f"{len(a or [])} and {len(b or [])}, the first that differs: {pairs[:1]}"


def sample(folder, kind, file, images):
    name = f"{kind} {file}"
    where = ["--images", DATA / images] if images else []
    tandem("import", kind, DATA / file, "--project", f"1 {name}", *where)
    first, second = folder / "first.json", folder / "second.json"
    tandem("export", "coco", "--project", f"1 {name}", "--out", first)
    coco = read(first, name)
    if kind == "coco":
        original = json.loads((DATA / file).read_text())
        check(f"{name}: nothing is missing", len(original["annotations"]) == len(coco.anns), f"{len(original['annotations'])} and {len(coco.anns)}")
        where = where or ["--images", image_folder(DATA / file, coco)]
    else:
        where = ["--images", DATA / file]
    tandem("import", "coco", first, "--project", f"2 {name}", *where)
    tandem("export", "coco", "--project", f"2 {name}", "--out", second)
    same(first, second, name)


def image_folder(file, coco):
    """Where the images of a sample are, by looking for the first of them."""
    wanted = pathlib.PurePath(next(iter(coco.imgs.values()))["file_name"])
    for folder in [file.parent, *file.parents[:2]]:
        for found in folder.rglob(wanted.name):
            return found.parents[len(wanted.parts) - 1]
    raise RuntimeError(f"no image of {file}")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def serve(log):
    server = subprocess.Popen([TANDEM, "serve"], stdout=subprocess.PIPE, stderr=log, text=True)
    for line in server.stdout:
        if "ready" in line:
            return server
    raise RuntimeError(f"the server did not start: {pathlib.Path(log.name).read_text()}")


def refused(folder):
    """Files that are none end with exit code 1, one sentence, and nothing imported."""
    broken = folder / "broken.json"
    for text, says in [("", "the file is empty"), ('{"images": [', "ends in the middle"), ('{"images": [{},]}', "broken JSON at line 1")]:
        broken.write_text(text)
        done = subprocess.run([TANDEM, "import", "coco", broken, "--project", "Broken"], capture_output=True, text=True)
        check(f"a broken file: {says}", done.returncode == 1 and says in done.stderr, done.stderr)
    done = subprocess.run([TANDEM, "export", "coco", "--project", "Broken"], capture_output=True, text=True)
    check("a broken file makes no project", done.returncode == 1 and "There is no project" in done.stderr, done.stderr)


def main():
    with tempfile.TemporaryDirectory(prefix="tandem-coco-") as box:
        folder = pathlib.Path(box)
        # The database runs as another user when this runs as root.
        folder.chmod(0o755)
        os.environ.update(TANDEM_BIND=f"127.0.0.1:{free_port()}", TANDEM_DATA_DIR=str(folder / "data"), TANDEM_LOG="error")
        with open(folder / "log", "w") as log:
            server = serve(log)
            try:
                if DATA.is_dir():
                    for kind, file, images in SAMPLES:
                        sample(folder, kind, file, images)
                else:
                    print(f"NOTICE: {DATA} is not there; only the demo is checked")
                refused(folder)
                for project in DEMO:
                    out = folder / "demo.json"
                    tandem("export", "coco", "--project", project, "--out", out)
                    check(f"{project}: something is there", len(read(out, project).imgs) > 0)
            finally:
                server.send_signal(signal.SIGTERM)
                server.wait(60)
        # Without a server the command starts what it needs itself.
        out = folder / "alone.json"
        tandem("export", "coco", "--project", "Harbour", "--out", out)
        read(out, "Harbour, no server running")


try:
    main()
except Exception as error:  # noqa: BLE001 - whatever it is, the count must say that it failed
    failed += 1
    traceback.print_exc(file=sys.stdout)
    print(f"FAILED {type(error).__name__}: {error}")
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
