(** The shape of uniform noise (docs/theory.md#shape.feasible): for n uniform on [-a, a] and every mu,
    (E|mu + n|)^2 <= mu^2 + (3/4) E n^2.  The expectations are Riemann integrals. *)

From Coq Require Import Reals Lra Psatz.
Local Open Scope R_scope.

(** An integral from an antiderivative. *)
Lemma integral_of (f F : R -> R) a b (pr : Riemann_integrable f a b) :
  (forall x, derivable_pt_lim F x (f x)) -> continuity f -> RiemannInt pr = F b - F a.
Proof.
  intros D C. exact (@FTC_Riemann (@mkC1 F (fun x => exist _ (f x) (D x)) C) a b pr).
Qed.

(** A remainder of second order gives the derivative. *)
Lemma derives_of_remainder F x l M : (forall h, Rabs h <= 1 -> Rabs (F (x + h) - F x - l * h) <= M * h ^ 2) ->
  derivable_pt_lim F x l.
Proof.
  intros B eps He. assert (Hd : 0 < Rmin 1 (eps / (Rabs M + 1))).
  { apply Rmin_glb_lt; [lra|]. apply Rdiv_lt_0_compat; [exact He|]. pose proof (Rabs_pos M). lra. }
  exists (mkposreal _ Hd). intros h Hh Small. simpl in Small.
  pose proof (Rmin_l 1 (eps / (Rabs M + 1))). pose proof (Rmin_r 1 (eps / (Rabs M + 1))).
  assert (P : 0 < Rabs h) by (now apply Rabs_pos_lt). pose proof (Rabs_pos M) as M0. pose proof (Rle_abs M).
  replace ((F (x + h) - F x) / h - l) with ((F (x + h) - F x - l * h) * / h) by (field; exact Hh).
  rewrite Rabs_mult, Rabs_inv. apply Rle_lt_trans with (M * h ^ 2 * / Rabs h).
  - apply Rmult_le_compat_r; [left; now apply Rinv_0_lt_compat | apply B; lra].
  - rewrite <- (pow2_abs h). replace (M * Rabs h ^ 2 * / Rabs h) with (M * Rabs h) by (field; lra).
    assert (Rabs h * (Rabs M + 1) < eps).
    { replace eps with (eps / (Rabs M + 1) * (Rabs M + 1)) by (field; lra). apply Rmult_lt_compat_r; lra. }
    nra.
Qed.

Lemma abs_primitive mu x : derivable_pt_lim (fun y => (mu + y) * Rabs (mu + y) / 2) x (Rabs (mu + x)).
Proof.
  apply (derives_of_remainder _ x _ 2). intros h _.
  set (y := mu + x). replace (mu + (x + h)) with (y + h) by (unfold y; ring).
  apply Rabs_le. unfold Rabs. destruct (Rcase_abs (y + h)), (Rcase_abs y); nra.
Qed.

Lemma square_primitive x : derivable_pt_lim (fun y => y ^ 3 / 3) x (x ^ 2).
Proof.
  assert (D : derivable_pt_lim (fun y => / 3 * y ^ 3) x (/ 3 * (INR 3 * x ^ 2)))
    by (apply derivable_pt_lim_scal, derivable_pt_lim_pow).
  replace (/ 3 * (INR 3 * x ^ 2)) with (x ^ 2) in D by (simpl; field).
  intros eps He. destruct (D eps He) as [delta L]. exists delta. intros h Hh Small.
  specialize (L h Hh Small). replace (((x + h) ^ 3 / 3 - x ^ 3 / 3) / h)
    with ((/ 3 * (x + h) ^ 3 - / 3 * x ^ 3) / h) by (field; exact Hh). exact L.
Qed.

Lemma continuous_abs mu : continuity (fun x => Rabs (mu + x)).
Proof.
  apply (continuity_comp (fun x => mu + x) Rabs); [|exact Rcontinuity_abs].
  intros x. apply derivable_continuous_pt. exists (0 + 1).
  apply (derivable_pt_lim_plus (fun _ => mu) (fun x => x)); [apply derivable_pt_lim_const | apply derivable_pt_lim_id].
Qed.

Lemma continuous_square : continuity (fun x => x ^ 2).
Proof. intros x. apply derivable_continuous_pt. exists (INR 2 * x ^ 1). apply derivable_pt_lim_pow. Qed.

(** E|mu + n| and E n^2 for n uniform on [-a, a]. *)
Theorem uniform_shape a mu (size : Riemann_integrable (fun x => Rabs (mu + x)) (- a) a)
  (square : Riemann_integrable (fun x => x ^ 2) (- a) a) : 0 < a ->
  (/ (2 * a) * RiemannInt size) ^ 2 <= mu ^ 2 + 3 / 4 * (/ (2 * a) * RiemannInt square).
Proof.
  intros Ha.
  rewrite (integral_of _ _ _ _ size (abs_primitive mu) (continuous_abs mu)).
  rewrite (integral_of _ _ _ _ square square_primitive continuous_square).
  replace (mu ^ 2 + 3 / 4 * (/ (2 * a) * (a ^ 3 / 3 - (- a) ^ 3 / 3))) with (mu ^ 2 + a ^ 2 / 4) by (field; lra).
  assert (V : exists v, (mu + a) * Rabs (mu + a) / 2 - (mu + - a) * Rabs (mu + - a) / 2 = 2 * a * v
    /\ v ^ 2 <= mu ^ 2 + a ^ 2 / 4).
  { destruct (Rle_or_lt a mu) as [C|C]; [|destruct (Rle_or_lt mu (- a)) as [C'|C']].
    - exists mu. rewrite !Rabs_pos_eq by lra. split; [field|]. pose proof (pow2_ge_0 a). lra.
    - exists (- mu). rewrite !Rabs_left1 by lra. split; [field|]. pose proof (pow2_ge_0 a).
      replace ((- mu) ^ 2) with (mu ^ 2) by ring. lra.
    - exists ((a ^ 2 + mu ^ 2) / (2 * a)). rewrite Rabs_pos_eq, Rabs_left1 by lra. split; [field; lra|].
      apply Rmult_le_reg_r with (4 * a ^ 2); [nra|].
      replace (((a ^ 2 + mu ^ 2) / (2 * a)) ^ 2 * (4 * a ^ 2)) with ((a ^ 2 + mu ^ 2) ^ 2) by (field; lra).
      assert (mu ^ 2 <= a ^ 2) by nra. pose proof (pow2_ge_0 mu).
      assert (mu ^ 2 * mu ^ 2 <= a ^ 2 * mu ^ 2) by (apply Rmult_le_compat_r; assumption).
      assert (0 <= a ^ 2 * mu ^ 2) by (apply Rmult_le_pos; [apply pow2_ge_0 | assumption]). lra. }
  destruct V as (v & E & B). rewrite E. replace (/ (2 * a) * (2 * a * v)) with v by (field; lra). exact B.
Qed.
