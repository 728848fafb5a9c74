#!/bin/sh
# Runs a command in an unpacked image, as the image's user and with a read-only root:
#   enter.sh ROOT USER GROUP FOLDER PATH "VOLUME ..." COMMAND...
# It starts as root in its own mount namespace, so all mounts disappear with the last process.
set -eu
root=$1 user=$2 group=$3 folder=$4 path=$5 volumes=$6
shift 6
mount --bind "$root" "$root"
mount -o remount,bind,ro,nosuid "$root"
mount -t tmpfs -o mode=0755 tmpfs "$root/dev"
mkdir -m 1777 "$root/dev/shm"
for device in null zero random urandom; do
    : >"$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
for volume in $volumes; do
    mount -t tmpfs -o mode=1777 tmpfs "$root$volume"
done
unset TMPDIR
unshare=$(command -v unshare)
PATH=$path
export PATH
exec "$unshare" --root "$root" --wd "$folder" --setgid "$group" --setuid "$user" -- "$@"
